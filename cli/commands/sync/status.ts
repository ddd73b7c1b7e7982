import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';
import { plainCommands } from '../../plain-commands.ts';

/** `haggui sync status` */
export class SyncStatusCommand extends HagguiCommand {
  static override summary = helpText('sync.statusSummary');
  static override examples = ['haggui sync status', 'haggui sync status --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(SyncStatusCommand);
    return plainCommands['sync:status'](this.invocation, this.dataDirectory(flags));
  }
}
