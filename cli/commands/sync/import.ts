import { Args } from '@oclif/core';
import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui sync import` */
export class SyncImportCommand extends HagguiCommand {
  static override summary = helpText('sync.importSummary');
  static override args = {
    directory: Args.string({ description: helpText('sync.stickDirectory'), required: true, ignoreStdin: true }),
  };
  static override examples = ['haggui sync import /media/cle', 'haggui sync import /media/cle --data /srv/hub --json'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(SyncImportCommand);
    const { importFromStick } = await import('../../services/stick-sync.ts');
    return importFromStick(this.invocation, this.dataDirectory(flags), args.directory);
  }
}
