/**
 * Evidence by digest, readable by every process and replica: in ConfigMaps of the operator's namespace.
 *
 * Everything is redacted before it is stored. The same observation of the same investigation is stored once, over restarts too.
 * Budgets hold for each investigation: what is too long loses its middle and says so; what does not fit at all is refused as a
 * result, so that an investigation goes on and reports the gap. Only an API server that can't be reached makes `put` throw.
 */
import type { Clock } from '../clock.ts';
import type { KubeClient } from '../kube/client.ts';
import { apiErrorIn, isAlreadyExists } from '../kube/errors.ts';
import type { Redactor } from '../redact/redactor.ts';
import {
  configMaps,
  type Entry,
  entryOf,
  evidenceMap,
  evidenceOf,
  evidenceWith,
  gzippedIn,
  type InvestigationRef,
  nameOf,
} from './configMap.ts';
import { cutMiddle } from './cut.ts';
import { type Digest, type Evidence, isDigest, pack, unpack, uriOf } from './document.ts';
import { type Fitted, fit } from './fit.ts';
import { type Collected, collect } from './garbage.ts';
import { createLedgers, type Ledger, spentBytes } from './ledger.ts';

export interface NewEvidence {
  readonly investigation: InvestigationRef;
  /** Where it is from, such as `kubernetes`. */
  readonly source: string;
  /** What was asked. */
  readonly query: string;
  readonly mediaType: string;
  /** Text, or a JSON-like value, which is redacted by its keys and stored as indented JSON. */
  readonly content: unknown;
}

export interface Stored {
  readonly outcome: 'stored';
  readonly digest: Digest;
  /** `evidence://sha256/<hex>`. */
  readonly uri: string;
  /** UTF-8 bytes of the content as stored, before compression. */
  readonly bytes: number;
  readonly truncated: boolean;
}

interface Refused {
  readonly outcome: 'refused';
  readonly reason: 'BudgetExceeded' | 'Conflict' | 'Rejected';
  /** For the gap that the report tells of. */
  readonly message: string;
}

interface Usage {
  readonly items: number;
  /** Compressed, as the budget counts. */
  readonly bytes: number;
  readonly limitBytes: number;
}

export interface EvidenceStore {
  readonly put: (evidence: NewEvidence) => Promise<Stored | Refused>;
  /** Undefined if there is none, or none that is what its digest says. */
  readonly get: (digest: string) => Promise<Evidence | undefined>;
  readonly usage: (investigation: InvestigationRef) => Promise<Usage>;
  /** Deletes what is older than the retention or belongs to no Investigation any more. */
  readonly collectGarbage: () => Promise<Collected>;
}

export interface EvidenceLimits {
  /** Compressed, for all pieces of one investigation. */
  readonly investigationBytes: number;
  /** Compressed, for one piece. */
  readonly itemBytes: number;
  readonly items: number;
  /** Longer content loses its middle before it is redacted, at line breaks. */
  readonly inputChars: number;
  readonly retentionMs: number;
}

const DEFAULT_LIMITS: EvidenceLimits = {
  investigationBytes: 512 * 1024,
  itemBytes: 96 * 1024,
  items: 100,
  inputChars: 4 * 2 ** 20,
  retentionMs: 30 * 24 * 3600 * 1000,
};
/** Less is not worth an object. */
const SMALLEST_ITEM_BYTES = 512;

export interface EvidenceDeps {
  readonly client: KubeClient;
  /** The operator's own. */
  readonly namespace: string;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly limits?: Partial<EvidenceLimits>;
}

export function createEvidenceStore({ client, namespace, redactor, clock, limits: given }: EvidenceDeps): EvidenceStore {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const listed = async (labelSelector: string) => (await client.list(configMaps, { namespace, labelSelector, pageSize: 50 })).items;
  const ledgers = createLedgers(async (of) => (await listed(evidenceOf(of))).map(({ metadata }) => entryOf(metadata)));
  const place: Place = { client, namespace };

  return {
    put: async ({ investigation, ...observed }) => {
      const whole = redactEvidence(redactor, observed, limits.inputChars);
      const original = pack(whole).digest;
      return ledgers.exclusively(investigation, async (ledger) => {
        const before = await stillStored(place, ledger, original);
        if (before !== undefined) return stored(before);
        const fitted = fitBudget(whole, ledger, limits);
        if ('outcome' in fitted) return fitted;
        const entry = entryFor(investigation, original, fitted);
        const refusal = await create(place, investigation, entry, fitted);
        if (refusal !== undefined) return refusal;
        ledger.entries.set(original, entry);
        return stored(entry);
      });
    },
    get: async (digest) => {
      if (!isDigest(digest)) return undefined;
      for (const object of await listed(evidenceWith(digest))) {
        const found = unpack(gzippedIn(object), digest);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    usage: async (investigation) => {
      const entries = (await listed(evidenceOf(investigation))).map(({ metadata }) => entryOf(metadata));
      return {
        items: entries.length,
        bytes: entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
        limitBytes: limits.investigationBytes,
      };
    },
    collectGarbage: () => collect({ client, namespace, retentionMs: limits.retentionMs, now: clock.now() }),
  };
}

interface Place {
  readonly client: KubeClient;
  readonly namespace: string;
}

function redactEvidence(
  redactor: Redactor,
  { source, query, mediaType, content }: Omit<NewEvidence, 'investigation'>,
  chars: number,
): Evidence {
  const given = typeof content === 'string' ? content : (JSON.stringify(redactor.value(content), null, 1) ?? 'undefined');
  const { text, cutBytes } = cutMiddle(given, chars);
  return { source: redactor.text(source), query: redactor.text(query), mediaType, content: redactor.text(text), cutBytes };
}

/** The piece of before a restart, or of before a second look; somebody may have deleted it since. */
async function stillStored({ client, namespace }: Place, ledger: Ledger, original: Digest): Promise<Entry | undefined> {
  const entry = ledger.entries.get(original);
  if (entry === undefined) return undefined;
  const object = await client.get(configMaps, { namespace, name: entry.name });
  if (object !== undefined && unpack(gzippedIn(object), entry.digest) !== undefined) return entry;
  ledger.entries.delete(original);
  return undefined;
}

function fitBudget(whole: Evidence, ledger: Ledger, limits: EvidenceLimits): Fitted | Refused {
  const left = limits.investigationBytes - spentBytes(ledger);
  if (ledger.entries.size >= limits.items) return exceeded(whole, `the limit of ${limits.items} pieces is reached`);
  if (left < SMALLEST_ITEM_BYTES) return exceeded(whole, `${left} of ${limits.investigationBytes} bytes are left`);
  return fit(whole, Math.min(left, limits.itemBytes)) ?? exceeded(whole, `not even an excerpt fits into the ${left} bytes that are left`);
}

const exceeded = ({ source, query }: Evidence, why: string): Refused => ({
  outcome: 'refused',
  reason: 'BudgetExceeded',
  message: `evidence of ${source} (${query.slice(0, 120)}) was not stored: ${why}`,
});

function entryFor(investigation: InvestigationRef, original: Digest, { digest, gzipped, evidence }: Fitted): Entry {
  return {
    name: nameOf(investigation, digest),
    digest,
    original,
    contentBytes: Buffer.byteLength(evidence.content),
    storedBytes: gzipped.length,
    cutBytes: evidence.cutBytes,
  };
}

function stored({ digest, contentBytes, cutBytes }: Entry): Stored {
  return { outcome: 'stored', digest, uri: uriOf(digest), bytes: contentBytes, truncated: cutBytes > 0 };
}

async function create({ client, namespace }: Place, of: InvestigationRef, entry: Entry, { gzipped }: Fitted): Promise<Refused | undefined> {
  const { name, digest } = entry;
  try {
    await client.create(configMaps, evidenceMap(namespace, of, entry, gzipped));
    return undefined;
  } catch (error) {
    if (isAlreadyExists(error)) return checkFound({ client, namespace }, name, digest);
    const message = rejection(error);
    if (message === undefined) throw new Error(`store evidence ${digest} as ConfigMap ${namespace}/${name}`, { cause: error });
    return {
      outcome: 'refused',
      reason: 'Rejected',
      message: `the API server did not take evidence as ConfigMap ${namespace}/${name}: ${message}`,
    };
  }
}

/** Created before a crash, or by somebody else: it counts if it holds what it should. */
async function checkFound({ client, namespace }: Place, name: string, digest: Digest): Promise<Refused | undefined> {
  const found = await client.get(configMaps, { namespace, name });
  if (found !== undefined && unpack(gzippedIn(found), digest) !== undefined) return undefined;
  const message = `ConfigMap ${namespace}/${name} exists and does not hold evidence ${digest}; delete it`;
  return { outcome: 'refused', reason: 'Conflict', message };
}

const NOT_FINAL: ReadonlySet<number> = new Set([401, 408, 409, 410, 429]);

/** Why the API server will not take it, however often it is asked: quota, size, rights. */
function rejection(error: unknown): string | undefined {
  const found = apiErrorIn(error);
  return found !== undefined && found.status >= 400 && found.status < 500 && !NOT_FINAL.has(found.status) ? found.message : undefined;
}
