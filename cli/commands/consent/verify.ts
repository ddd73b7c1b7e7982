import { helpText } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui consent verify` */
export class ConsentVerifyCommand extends HagguiCommand {
  static override summary = helpText('consent.verifySummary');
  static override examples = ['haggui consent verify', 'haggui consent verify --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ConsentVerifyCommand);
    const { verifyConsents } = await import('../../services/consent-screens.ts');
    return verifyConsents(this.invocation, this.dataDirectory(flags));
  }
}
