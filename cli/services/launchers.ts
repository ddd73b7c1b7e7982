import { join } from 'node:path';

/** Where a daemon's launcher lies in this installation; `root` is the folder that holds `bin/`. */
export function launcherPath(root: string, daemon: 'haggui-node' | 'haggui-hub'): string {
  return join(root, 'bin', daemon);
}
