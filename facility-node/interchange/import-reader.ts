import type { BundleEntry } from '@santehaggui/protocols/fhir/bundle-entries.ts';
import { isImported } from '@santehaggui/protocols/fhir/from-fhir.ts';
import { FhirProblem } from '@santehaggui/protocols/fhir/path.ts';
import { fieldNamed } from '@santehaggui/protocols/records/catalogue.ts';
import { readResources } from './import-files.ts';
import type { FilePlace, ImportedEntry, ImportedReference, ImportReading, ReadCounts } from './import-messages.ts';
import { fieldHashes, type MappedResource, mapResource, UNKNOWN_SOURCE } from './mapped-resource.ts';
import { type IndexedResource, ResourceIndex } from './resource-index.ts';

const MAX_PROBLEMS_PER_FILE = 10;

type Located = FilePlace & { readonly reason: string };
type Waiting = { readonly mapped: MappedResource; readonly file: string; readonly indexed: IndexedResource };
type Tally = { -readonly [Count in keyof ReadCounts]: number };

/**
 * Reads files one after the other, then hands over what they hold: all of a file or, when anything in it is wrong, nothing.
 * Resources that others refer to come first, each once.
 */
export class ImportReader {
  readonly #counts: Record<string, Tally> = {};
  readonly #refusals: Located[] = [];
  readonly #incomplete: Located[] = [];
  readonly #index = new ResourceIndex();
  readonly #taken: Waiting[] = [];
  /** The number that stands for each entry: its own, or that of a later version of the same resource. */
  readonly #standsFor: number[] = [];
  #files = 0;
  #queue: number[] = [];

  /** Reads and checks one file. Never rejects for what is in it. */
  async read(file: string): Promise<void> {
    const place = this.#files++;
    let entries: readonly BundleEntry[] = [];
    try {
      entries = await readResources(file);
    } catch (error) {
      this.#refuse(file, problemOf(error));
      return;
    }
    for (const { resourceType } of entries) this.#tally(resourceType).read++;
    const { mapped, problems } = checked(entries);
    if (problems.length > 0) {
      for (const { resourceType } of entries) this.#tally(resourceType).refused++;
      for (const problem of problems) this.#refuse(file, problem);
      return;
    }
    for (const [index, entry] of entries.entries()) this.#take(file, place, { entry, mapped: mapped[index] });
  }

  /** To be called when all files are read: what they hold together. */
  finish(): ImportReading {
    this.#leaveOutOlderVersions();
    const numbers = [...this.#taken.keys()].filter((number) => this.#standsFor[number] === number);
    const rank = (number: number): number => (this.#taken[number] as Waiting).mapped.importRank;
    this.#queue = numbers.sort((left, right) => rank(left) - rank(right) || left - right).reverse();
    return {
      files: this.#files,
      counts: this.#counts,
      refusals: this.#refusals,
      incomplete: this.#incomplete,
      entries: this.#queue.length,
    };
  }

  /** The next entries, up to `limit`; none when all have been handed over. */
  next(limit: number): ImportedEntry[] {
    const entries: ImportedEntry[] = [];
    while (entries.length < limit) {
      const number = this.#queue.pop();
      if (number === undefined) break;
      entries.push(this.#entry(number));
    }
    return entries;
  }

  #take(
    file: string,
    place: number,
    { entry, mapped }: { readonly entry: BundleEntry; readonly mapped: MappedResource | undefined },
  ): void {
    const { resource, resourceType, fullUrl, source } = entry;
    const number = mapped === undefined ? null : this.#taken.length;
    const indexed: IndexedResource = {
      file: place,
      sourceSystem: source ?? UNKNOWN_SOURCE,
      resourceType,
      id: typeof resource.id === 'string' ? resource.id : undefined,
      fullUrl,
      entry: number,
    };
    this.#index.add(indexed);
    if (mapped === undefined || number === null) {
      this.#tally(resourceType).unsupported++;
      return;
    }
    this.#standsFor.push(number);
    this.#taken.push({ mapped, file, indexed });
    for (const { path, reason } of mapped.incomplete) this.#incomplete.push({ file, path, reason });
  }

  #leaveOutOlderVersions(): void {
    const newest = new Map<string, number>();
    this.#taken.forEach(({ mapped }, number) => {
      const key = keyOf(mapped);
      const held = newest.get(key);
      if (held === undefined || mapped.lastUpdated >= (this.#taken[held] as Waiting).mapped.lastUpdated)
        newest.set(key, number);
    });
    this.#taken.forEach(({ mapped }, number) => {
      const standing = newest.get(keyOf(mapped)) ?? number;
      this.#standsFor[number] = standing;
      if (standing !== number) this.#tally(mapped.resourceType).unchanged++;
    });
  }

  #entry(number: number): ImportedEntry {
    const { mapped, file, indexed } = this.#taken[number] as Waiting;
    const { importRank: _rank, incomplete: _incomplete, lastUpdated: _at, recordTypeDeclaration, ...entry } = mapped;
    const references = entry.references.map((reference): ImportedReference => {
      const found = this.#index.resolve(reference.reference, indexed)?.entry ?? null;
      const target = found === null ? null : (this.#standsFor[found] as number);
      const wanted = fieldNamed(recordTypeDeclaration, reference.field).to;
      const isFit = target !== null && (this.#taken[target] as Waiting).mapped.recordType === wanted;
      return { ...reference, target: isFit ? target : null };
    });
    const mentions = entry.mentions.filter(({ reference }) => this.#index.resolve(reference, indexed) === undefined);
    return { ...entry, number, file, fieldHashes: fieldHashes(mapped), references, mentions };
  }

  #refuse(file: string, { path, reason }: FhirProblem): void {
    this.#refusals.push({ file, path, reason });
  }

  #tally(resourceType: string): Tally {
    this.#counts[resourceType] ??= { read: 0, unchanged: 0, refused: 0, unsupported: 0 };
    return this.#counts[resourceType];
  }
}

/** The resources of a file mapped, each at its place, those of unsupported types left out; and what is wrong with them. */
function checked(entries: readonly BundleEntry[]): { mapped: (MappedResource | undefined)[]; problems: FhirProblem[] } {
  const problems: FhirProblem[] = [];
  const seen = new Map<string, MappedResource>();
  const mapped = entries.map((entry) => {
    if (!isImported(entry.resourceType) || problems.length >= MAX_PROBLEMS_PER_FILE) return undefined;
    try {
      const resource = mapResource(entry);
      const twin = seen.get(keyOf(resource));
      if (twin !== undefined && fieldHashes(twin) !== fieldHashes(resource)) {
        const id = entry.path === '' ? 'id' : `${entry.path}.id`;
        throw new FhirProblem(
          id,
          `${resource.resourceType}/${resource.foreignId} is in the file twice, with different content`,
        );
      }
      seen.set(keyOf(resource), resource);
      return resource;
    } catch (error) {
      problems.push(problemOf(error));
      return undefined;
    }
  });
  return { mapped, problems };
}

function keyOf({ sourceSystem, resourceType, foreignId }: MappedResource): string {
  return JSON.stringify([sourceSystem, resourceType, foreignId]);
}

function problemOf(error: unknown): FhirProblem {
  if (error instanceof FhirProblem) return error;
  throw error;
}
