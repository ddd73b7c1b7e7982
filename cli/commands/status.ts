import { helpText } from '../flags.ts';
import { HagguiCommand } from '../haggui-command.ts';
import type { Outcome } from '../outcome.ts';
import { plainCommands } from '../plain-commands.ts';

/** `haggui status` */
export class StatusCommand extends HagguiCommand {
  static override summary = helpText('status.summary');
  static override examples = ['haggui status', 'haggui status --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(StatusCommand);
    return plainCommands.status(this.invocation, this.dataDirectory(flags));
  }
}
