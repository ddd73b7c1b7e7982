import { helpText } from '../flags.ts';
import { HagguiCommand } from '../haggui-command.ts';
import type { Outcome } from '../outcome.ts';

/** `haggui doctor` */
export class DoctorCommand extends HagguiCommand {
  static override summary = helpText('doctor.summary');
  static override description = helpText('doctor.description');
  static override examples = ['haggui doctor', 'haggui doctor --data /srv/cscom_sangha --json'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(DoctorCommand);
    const { showDoctor } = await import('../services/doctor-screen.ts');
    return showDoctor(this.invocation, this.dataDirectory(flags));
  }
}
