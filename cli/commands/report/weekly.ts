import { Flags } from '@oclif/core';
import { choiceFlag, helpText, loginFlags, textFlag } from '../../flags.ts';
import { HagguiCommand } from '../../haggui-command.ts';
import type { Outcome } from '../../outcome.ts';

/** `haggui report weekly` */
export class ReportWeeklyCommand extends HagguiCommand {
  static override summary = helpText('report.summary');
  static override description = helpText('report.description');
  static override flags = {
    ...loginFlags,
    period: textFlag('report.periodFlag', 'WEEK'),
    region: textFlag('report.regionFlag', 'REGION'),
    national: Flags.boolean({ summary: helpText('report.nationalFlag') }),
    send: Flags.boolean({ summary: helpText('report.sendFlag') }),
    format: choiceFlag('report.formatFlag', ['table', 'json', 'csv']),
  };
  static override examples = [
    'haggui report weekly --period 2026-W47',
    'haggui report weekly --period 2026-W47 --send',
    'haggui report weekly --data /srv/hub --national --format csv --login ministere',
  ];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(ReportWeeklyCommand);
    const { weeklyReport } = await import('../../services/weekly-report.ts');
    const { period, region, national, send, format = 'table' } = flags;
    return weeklyReport(this.invocation, this.dataDirectory(flags), {
      period,
      region,
      isNational: national,
      isSent: send,
      format,
      credentials: flags,
    });
  }
}
