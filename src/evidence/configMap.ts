/**
 * Evidence as ConfigMaps: one immutable object for each piece, named after its investigation and its digest.
 *
 * One object a piece, rather than one that grows: a write is a single create, the same after a crash, and never rewrites what
 * others read. An investigation may live in another namespace than its evidence, where owner references do not reach: labels
 * tie the two, and `garbage.ts` cleans up.
 */
import { createHash } from 'node:crypto';
import { CHANGE_COMPONENT } from '../domain/reportedChange.ts';
import { defineResource, type KubeObject, type NewObject, type ObjectMeta } from '../kube/object.ts';
import type { Digest } from './document.ts';

export interface InvestigationRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface EvidenceMap extends KubeObject {
  readonly immutable?: boolean;
  readonly binaryData?: Readonly<Record<string, string>>;
}

export const configMaps = defineResource<EvidenceMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
});

const COMPONENT = 'app.kubernetes.io/component';
const INVESTIGATION_UID = 'agentsre.io/investigation-uid';
/** Labels hold 63 characters at most: half a digest finds the object, the content proves it. */
const DIGEST = 'agentsre.io/evidence-digest';
const INVESTIGATION = 'agentsre.io/investigation';
const ORIGINAL = 'agentsre.io/evidence-original';
const FULL_DIGEST = 'agentsre.io/evidence-sha256';
const CONTENT_BYTES = 'agentsre.io/evidence-content-bytes';
const STORED_BYTES = 'agentsre.io/evidence-stored-bytes';
const CUT_BYTES = 'agentsre.io/evidence-cut-bytes';
const KEY = 'evidence.json.gz';

const allEvidence = `${COMPONENT}=evidence`;
/** Evidence, and what was reported to have changed: both go by age. */
export const whatAges = `${COMPONENT} in (evidence,${CHANGE_COMPONENT})`;
export const evidenceOf = ({ uid }: InvestigationRef): string => `${allEvidence},${INVESTIGATION_UID}=${uid}`;
export const evidenceWith = (digest: Digest): string => `${allEvidence},${DIGEST}=${short(digest)}`;

/** What the store has to know of a piece without reading its content. */
export interface Entry {
  readonly name: string;
  readonly digest: Digest;
  /** Digest of the piece before it was cut to its budget: how the same observation is recognised. */
  readonly original: Digest;
  readonly contentBytes: number;
  readonly storedBytes: number;
  readonly cutBytes: number;
}

export function nameOf({ uid }: InvestigationRef, digest: Digest): string {
  const investigation = createHash('sha256').update(uid).digest('hex').slice(0, 12);
  return `evidence-${investigation}-${short(digest)}`;
}

const short = (digest: Digest): string => digest.slice('sha256:'.length, 'sha256:'.length + 32);

export function evidenceMap(namespace: string, of: InvestigationRef, entry: Entry, gzipped: Buffer): NewObject<EvidenceMap> {
  return {
    metadata: {
      namespace,
      name: entry.name,
      labels: {
        'app.kubernetes.io/part-of': 'agent-sre',
        [COMPONENT]: 'evidence',
        [INVESTIGATION_UID]: of.uid,
        [DIGEST]: short(entry.digest),
      },
      annotations: {
        [INVESTIGATION]: `${of.namespace}/${of.name}`,
        [FULL_DIGEST]: entry.digest,
        [ORIGINAL]: entry.original,
        [CONTENT_BYTES]: String(entry.contentBytes),
        [STORED_BYTES]: String(entry.storedBytes),
        [CUT_BYTES]: String(entry.cutBytes),
      },
    },
    immutable: true,
    binaryData: { [KEY]: gzipped.toString('base64') },
  };
}

export function entryOf({ name, annotations = {} }: ObjectMeta): Entry {
  const number = (key: string): number => Number(annotations[key] ?? 0) || 0;
  return {
    name,
    digest: annotations[FULL_DIGEST] as Digest,
    original: annotations[ORIGINAL] as Digest,
    contentBytes: number(CONTENT_BYTES),
    storedBytes: number(STORED_BYTES),
    cutBytes: number(CUT_BYTES),
  };
}

export function gzippedIn({ binaryData }: EvidenceMap): Buffer {
  return Buffer.from(binaryData?.[KEY] ?? '', 'base64');
}

export function investigationUidOf({ labels }: ObjectMeta): string | undefined {
  return labels?.[INVESTIGATION_UID];
}
