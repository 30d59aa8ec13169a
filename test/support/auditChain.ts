/** An audit chain that was really written, for tests that read, break or continue it. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type Audit, type AuditDeps, createAudit } from '../../src/audit/chain.ts';
import type { NewEntry } from '../../src/audit/entry.ts';
import { chainIn, type StoredChain } from '../../src/audit/segment.ts';
import { type ConfigMap, configMaps } from '../../src/crds/configMaps.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { createFakeClock } from './fakeClock.ts';
import { silentLogger } from './logger.ts';
import { createMemoryKube, type MemoryKube } from './memoryKube.ts';

export const NAMESPACE = 'agent-sre';

export interface Writing {
  readonly kube: MemoryKube;
  readonly write: (more?: Partial<AuditDeps>) => Audit;
}

export const newKey = (): KeyObject => generateKeyPairSync('ed25519').privateKey;

/** Each `write` is another process. Segments hold about four entries. */
export function startWriting(signingKey?: KeyObject): Writing {
  const kube = createMemoryKube();
  const clock = createFakeClock();
  return {
    kube,
    write: (more = {}) =>
      createAudit({
        client: kube,
        namespace: NAMESPACE,
        chain: 'executor',
        clock,
        logger: silentLogger,
        redactor: createRedactor(),
        signingKey: () => Promise.resolve(signingKey),
        metrics: { recorded: () => undefined, failed: () => undefined, stands: () => undefined },
        limits: { segmentBytes: 1500 },
        ...more,
      }),
  };
}

export function entryAbout(key: string, message = `about ${key}`): NewEntry {
  return {
    key,
    event: 'CommitPushed',
    outcome: 'Done',
    who: 'alice',
    subject: { kind: 'RemediationPlan', namespace: NAMESPACE, name: 'rp-1', uid: 'uid-1' },
    message,
  };
}

/** A chain of this many entries, as its ConfigMaps. */
export async function written(entries: number, signingKey?: KeyObject): Promise<readonly ConfigMap[]> {
  const { kube, write } = startWriting(signingKey);
  const audit = write();
  for (let count = 1; count <= entries; count += 1) await audit.record([entryAbout(`k${count}`)]);
  return mapsOf(kube);
}

export const mapsOf = async (kube: MemoryKube): Promise<readonly ConfigMap[]> =>
  (await kube.list(configMaps, { namespace: NAMESPACE })).items;
export const chainOf = (maps: readonly ConfigMap[]): StoredChain => chainIn(maps, 'executor');
