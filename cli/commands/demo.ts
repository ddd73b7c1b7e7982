import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Flags } from '@oclif/core';
import { failCli } from '../cli-errors.ts';
import { choiceFlag, helpText, textFlag, wholeFlag } from '../flags.ts';
import { HagguiCommand } from '../haggui-command.ts';
import type { Outcome } from '../outcome.ts';

/** `haggui demo` */
export class DemoCommand extends HagguiCommand {
  static override summary = helpText('demo.summary');
  static override description = helpText('demo.description');
  static override flags = {
    once: Flags.boolean({ summary: helpText('demo.onceFlag') }),
    days: wholeFlag('demo.daysFlag', { min: 1, max: 60 }),
    seed: wholeFlag('demo.seedFlag', { min: 0, max: 2_147_483_647 }),
    link: choiceFlag('demo.linkFlag', ['lan', '3g', 'edge']),
    import: textFlag('demo.importFlag', 'DIR'),
  };
  static override examples = ['haggui demo', 'haggui demo --once --json --days 3 --seed 7 --link edge'];

  async run(): Promise<Outcome> {
    const { flags } = await this.parse(DemoCommand);
    // What `npm run package` wrote has no invented district (fixtures/house/production-tree.ts).
    if (!existsSync(join(this.invocation.root, 'fixtures'))) throw failCli('SH-N509');
    const { runDemo } = await import('../services/demo.ts');
    return runDemo(this.invocation, {
      isOnce: flags.once,
      days: flags.days ?? 1,
      seed: flags.seed ?? 1,
      link: flags.link ?? 'lan',
      importDirectory: flags.import,
      dataDirectory: flags.data,
    });
  }
}
