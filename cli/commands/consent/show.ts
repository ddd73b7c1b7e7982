import { Args } from '@oclif/core';
import { helpText, loginFlags } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui consent show` */
export class ConsentShowCommand extends HagguiCommand {
  static override summary = helpText('consent.showSummary');
  static override description = helpText('consent.listDescription');
  static override args = {
    id: Args.string({ description: helpText('consent.showId'), required: true, ignoreStdin: true }),
  };
  static override flags = loginFlags;
  static override examples = ['haggui consent show 3f2a… --login fatou.dolo'];

  async run(): Promise<Outcome> {
    const { args, flags } = await this.parse(ConsentShowCommand);
    const { showConsent } = await import('../../services/consent-screens.ts');
    return showConsent(this.invocation, this.dataDirectory(flags), { id: args.id, credentials: flags });
  }
}
