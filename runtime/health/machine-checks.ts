import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { Bilingual } from '../errors/bilingual.ts';

/** What a check found, in both languages; a remedy wherever something is wrong. */
export type MachineCheck = {
  readonly name: string;
  readonly state: 'ok' | 'degraded' | 'failing';
  readonly detail: Bilingual;
  readonly remedy?: Bilingual;
};

/** What {@link machineChecks} looks at; `systemRoot` holds `proc` and `sys`, `/` but in tests. */
export type MachineCheckOptions = {
  readonly dataRoot: string;
  readonly lowDiskMegabytes?: number;
  readonly systemRoot?: string;
};

const MEGABYTE = 1024 * 1024;
/** A hub's PostgreSQL keeps its own folder, and another user's where it runs as root. */
const FOREIGN_FOLDERS: ReadonlySet<string> = new Set(['postgres']);
const SOCKET_MODE = 0o660;
const SHOWN = 5;

/**
 * What can be wrong with a machine that keeps health data, whatever runs on it: a full disk, memory that is swapped to disk in
 * clear, core dumps of this process, files of the data directory that others can read. What cannot be read is not judged.
 */
export function machineChecks({
  dataRoot,
  lowDiskMegabytes = 1024,
  systemRoot = '/',
}: MachineCheckOptions): readonly MachineCheck[] {
  return [diskCheck(dataRoot, lowDiskMegabytes), filesCheck(dataRoot), swapCheck(systemRoot), coresCheck(systemRoot)];
}

/** How many bytes are free where a folder is. Throws what the system says of a folder that is not there. */
export function freeBytesAt(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

function diskCheck(dataRoot: string, lowMegabytes: number): MachineCheck {
  const { files, ffree } = statfsSync(dataRoot);
  const free = Math.floor(freeBytesAt(dataRoot) / MEGABYTE);
  const areNamesLeft = files === 0 || ffree > 1000;
  const detail = { fr: `${free} Mo libres`, en: `${free} MB free` };
  if (free >= lowMegabytes && areNamesLeft) return { name: 'disk', state: 'ok', detail };
  return {
    name: 'disk',
    state: free >= lowMegabytes / 10 && areNamesLeft ? 'degraded' : 'failing',
    detail,
    remedy: {
      fr: 'Libérez de la place : sans elle, rien ne s’enregistre.',
      en: 'Make room: without it nothing can be recorded.',
    },
  };
}

function filesCheck(dataRoot: string): MachineCheck {
  const open = openFiles(dataRoot, dataRoot);
  if (open.length === 0) {
    return {
      name: 'permissions',
      state: 'ok',
      detail: { fr: 'les fichiers ne sont lisibles que par le service', en: 'only the service can read the files' },
    };
  }
  const shown = open.slice(0, SHOWN).join(', ') + (open.length > SHOWN ? ' …' : '');
  return {
    name: 'permissions',
    state: 'failing',
    detail: {
      fr: `d’autres utilisateurs de la machine peuvent ouvrir : ${shown}`,
      en: `other users of the machine can open: ${shown}`,
    },
    remedy: { fr: `chmod -R go-rwx ${dataRoot}`, en: `chmod -R go-rwx ${dataRoot}` },
  };
}

/** Files and folders that group or others may open; the data directory itself may be entered, but not listed. */
function openFiles(path: string, root: string): readonly string[] {
  const { mode } = statSync(path);
  const allowed = path === root ? 0o711 : 0o700;
  const isOpen = (mode & 0o777 & ~allowed) !== 0;
  const own = isOpen ? [relative(root, path) || '.'] : [];
  const inside = readdirSync(path, { withFileTypes: true }).flatMap((entry): readonly string[] => {
    const child = join(path, entry.name);
    if (entry.isDirectory()) return FOREIGN_FOLDERS.has(basename(child)) ? [] : openFiles(child, root);
    if (entry.isSymbolicLink()) return [];
    const childMode = statSync(child).mode & 0o777;
    if (entry.isSocket()) return (childMode & ~SOCKET_MODE) === 0 ? [] : [relative(root, child)];
    return (childMode & 0o077) === 0 ? [] : [relative(root, child)];
  });
  return [...own, ...inside];
}

function swapCheck(systemRoot: string): MachineCheck {
  const lines = (read(systemRoot, 'proc/swaps') ?? '').trim().split('\n').slice(1);
  const devices = lines.map((line) => line.split(/\s+/)[0] ?? '').filter((device) => device !== '');
  const clear = devices.filter((device) => !isKeptSecret(device, systemRoot));
  if (clear.length === 0) {
    const detail =
      devices.length === 0
        ? { fr: 'aucune mémoire d’échange', en: 'no swap' }
        : { fr: 'mémoire d’échange chiffrée ou en mémoire vive', en: 'swap is encrypted, or in memory' };
    return { name: 'swap', state: 'ok', detail };
  }
  return {
    name: 'swap',
    state: 'degraded',
    detail: {
      fr: `la mémoire d’échange n’est pas chiffrée (${clear.join(', ')}) : des données de santé peuvent s’y écrire en clair`,
      en: `swap is not encrypted (${clear.join(', ')}): health data may be written there in clear`,
    },
    remedy: {
      fr: 'sudo swapoff -a, puis ôtez-la de /etc/fstab ; ou zram (paquet zram-tools) ; ou une partition chiffrée.',
      en: 'sudo swapoff -a, and remove it from /etc/fstab; or zram (package zram-tools); or an encrypted partition.',
    },
  };
}

/** zram lives in memory; dm-crypt tells by its identifier (`CRYPT-…`). */
function isKeptSecret(device: string, systemRoot: string): boolean {
  const name = basename(device);
  if (/^zram\d+$/.test(name)) return true;
  return read(systemRoot, `sys/block/${name}/dm/uuid`)?.startsWith('CRYPT-') ?? false;
}

function coresCheck(systemRoot: string): MachineCheck {
  const limit = /^Max core file size\s+(\S+)/m.exec(read(systemRoot, 'proc/self/limits') ?? '')?.[1];
  const pattern = (read(systemRoot, 'proc/sys/kernel/core_pattern') ?? '').trim();
  // A pattern that names a program (core(5), "Piping") hands it the memory whatever the limit says, but for 1.
  const isWritten = pattern.startsWith('|') ? limit !== '1' : limit !== undefined && limit !== '0';
  if (!isWritten || pattern === '') {
    return { name: 'cores', state: 'ok', detail: { fr: 'aucune image mémoire après une panne', en: 'no core dumps' } };
  }
  return {
    name: 'cores',
    state: 'degraded',
    detail: {
      fr: `une panne écrirait la mémoire du service sur le disque (${pattern})`,
      en: `a crash would write the service’s memory to disk (${pattern})`,
    },
    remedy: {
      fr: 'Démarrez par l’unité systemd fournie (LimitCORE=0), et sudo sysctl -w kernel.core_pattern=core',
      en: 'Start by the systemd unit that comes with it (LimitCORE=0), and sudo sysctl -w kernel.core_pattern=core',
    },
  };
}

function read(systemRoot: string, path: string): string | undefined {
  try {
    return readFileSync(join(systemRoot, path), 'utf8');
  } catch {
    return undefined;
  }
}
