import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@santehaggui/runtime/testing/temporary-directory.ts';
import { describe, expect, it } from 'vitest';
import { initialiseNode, type NodeAnswers } from './node-init.ts';

const answers: NodeAnswers = {
  facility: { code: 'cscom_sangha', name: 'CSCOM de Sangha' },
  administrator: { login: 'a.dolo', password: 'Kora-Niger-12', role: 'head', familyName: 'Dolo', givenName: 'Apomi' },
};

/** An installation whose `haggui-node` is this script. */
async function installationWith(root: string, script: string): Promise<void> {
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin', 'haggui-node'), `#!/bin/sh\n${script}\n`);
  await chmod(join(root, 'bin', 'haggui-node'), 0o755);
}

const report = { unlock: 'unattended', unlockers: [], recoveryWords: [] };

const initialise = (root: string): Promise<unknown> =>
  initialiseNode({
    root,
    dataDirectory: join(root, 'data'),
    answers,
    environment: { PATH: '/usr/bin:/bin', ROOT: root },
  });

describe('making a node', () => {
  it('hands the answers to haggui-node init on its standard input, so that no password is seen in a list of processes', async () => {
    await using root = await temporaryDirectory();
    await installationWith(
      root.path,
      `echo "$*" >"$ROOT/words"; cat >"$ROOT/answers"; echo '${JSON.stringify(report)}'`,
    );
    expect(await initialise(root.path)).toEqual(report);
    expect(await readFile(join(root.path, 'words'), 'utf8')).toBe(`init --data ${root.path}/data --answers -\n`);
    expect(JSON.parse(await readFile(join(root.path, 'answers'), 'utf8'))).toEqual(answers);
  });

  it('tells each way to fail by its own code, with what the daemon said', async () => {
    const codes = { 1: 'SH-K502', 2: 'SH-I505', 70: 'SH-F502', 77: 'SH-A501', 78: 'SH-C502' };
    for (const [exitCode, code] of Object.entries(codes)) {
      await using root = await temporaryDirectory();
      await installationWith(root.path, `cat >/dev/null; echo "reason ${exitCode}" >&2; exit ${exitCode}`);
      await expect(initialise(root.path)).rejects.toMatchObject({ code, why: `reason ${exitCode}` });
    }
  });

  it('does not mind a daemon that fails before it reads the answers', async () => {
    await using root = await temporaryDirectory();
    await installationWith(root.path, 'exec <&-; exit 78');
    await expect(initialise(root.path)).rejects.toMatchObject({ code: 'SH-C502' });
  });
});
