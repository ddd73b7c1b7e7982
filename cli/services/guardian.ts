import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Ends the process groups it was told of when its input closes, which also happens when whoever started it is killed with -9.
 * (`kill -s`: dash takes `--` after nothing else.) First orderly (a hub takes its PostgreSQL along), after ten seconds for good. `+ 12` adds a group, `- 12` forgets one.
 */
const SCRIPT = `
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
[ "$groups" != ' ' ] || exit 0
for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null || :; done
turn=0
while [ $turn -lt 50 ]; do
  left=
  for group in $groups; do ! kill -s 0 -- "-$group" 2>/dev/null || left=yes; done
  [ -n "$left" ] || exit 0
  turn=$((turn + 1))
  sleep 0.2 || sleep 1
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null || :; done
`;

/** Sees to it that no process of the demonstration outlives it, whatever happens to the demonstration. */
export type Guardian = AsyncDisposable & {
  /** From now on this process group is ended with us. */
  readonly watch: (groupId: number) => void;
  /** The group ended as it should. */
  readonly release: (groupId: number) => void;
};

/** Starts a guardian. Disposing of it ends every group that was not released, and waits until they are gone. */
export function startGuardian(): Guardian {
  // Its own session: a Ctrl-C meant for the demonstration must not end the guardian first.
  const shell = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = once(shell, 'exit');
  shell.stdin.on('error', () => undefined);
  // Nothing waits for it but its disposal.
  shell.unref();
  return {
    watch: (groupId) => void shell.stdin.write(`+ ${groupId}\n`),
    release: (groupId) => void shell.stdin.write(`- ${groupId}\n`),
    [Symbol.asyncDispose]: async () => {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}
