import { readFile } from 'node:fs/promises';
import { failCli } from '../cli-errors.ts';
import type { Invocation } from '../invocation.ts';
import { openPrompter } from '../screen/prompt.ts';

/** Who signs in. */
export type Credentials = { readonly login: string; readonly password: string };

/** The options that say who signs in (`loginFlags`). */
export type CredentialFlags = {
  readonly login?: string | undefined;
  readonly 'password-file'?: string | undefined;
};

/** The password in a file: its first line. Throws SH-N501 when the file cannot be read. */
export async function passwordInFile(path: string): Promise<string> {
  try {
    const [line = ''] = (await readFile(path, 'utf8')).split(/\r?\n/, 1);
    return line;
  } catch (error) {
    throw failCli('SH-N501', { why: path, cause: error });
  }
}

/**
 * The login and password from the options, `HAGGUI_PASSWORD_FILE`, or a question where somebody sits at a terminal.
 * Throws SH-I504 when there is nobody to ask.
 */
export async function readCredentials(invocation: Invocation, flags: CredentialFlags): Promise<Credentials> {
  const file = flags['password-file'] ?? invocation.passwordFile;
  const known = {
    login: flags.login,
    password: file === undefined ? undefined : await passwordInFile(file),
  };
  if (known.login !== undefined && known.password !== undefined) {
    return { login: known.login, password: known.password };
  }
  if (!invocation.isInteractive) throw failCli('SH-I504');
  using prompter = openPrompter(invocation);
  const login = known.login ?? (await prompter.ask(invocation.text('ask.login')));
  const password = known.password ?? (await prompter.ask(invocation.text('ask.password'), { isSecret: true }));
  return { login, password };
}
