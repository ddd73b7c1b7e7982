import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui sync export` */
export class SyncExportCommand extends HagguiCommand {
  static override summary = helpText('sync.exportSummary');
  static override args = {
    directory: Args.string({ description: helpText('sync.stickDirectory'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui sync export /media/cle', 'haggui sync export /media/cle --data /srv/hub --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(SyncExportCommand);
    const { exportToStick } = await import('../../services/stick-sync.ts');
    return exportToStick(this.invocation, this.dataDirectory(flags), args.directory);
  }
}
