/**
 * An audit chain as ConfigMaps of the operator's namespace: segments of a bounded size, each immutable once it is full, and a head that says where the
 * chain ends.
 *
 * Each segment ends with a signed head of its own, written with the entries that it covers; the chain's head is the same once more, in an object of its
 * own, so that cutting off the last segments shows.
 */

import { AUDIT_PREFIX } from '../crds/audit.ts';
import { type ConfigMap, configMaps } from '../crds/configMaps.ts';
import type { KubeClient } from '../kube/client.ts';
import type { NewObject } from '../kube/object.ts';
import { CHAINS, type ChainName } from './entry.ts';
import type { HeadText } from './head.ts';

export interface Segment {
  readonly index: number;
  readonly name: string;
  readonly isSealed: boolean;
  /** Lines, each with its line end. */
  readonly text: string;
  readonly head: HeadText | undefined;
  readonly resourceVersion: string;
  readonly uid: string;
}

export interface StoredChain {
  readonly chain: ChainName;
  /** In order. */
  readonly segments: readonly Segment[];
  readonly head: (HeadText & { readonly resourceVersion: string }) | undefined;
}

const ENTRIES = 'entries.jsonl';
const HEAD = 'head.json';
const SIGNATURE = 'head.sig';
const COMPONENT = 'app.kubernetes.io/component';
const LABELS = { 'app.kubernetes.io/part-of': 'agent-sre', [COMPONENT]: 'audit' } as const;
const CHAIN_LABEL = 'agentsre.io/audit-chain';
/** Of a size that a page of full segments stays at a few MiB. */
const PAGE = 20;

const segmentName = (chain: ChainName, index: number): string => `${AUDIT_PREFIX}${chain}-${String(index).padStart(6, '0')}`;
export const headName = (chain: ChainName): string => `${AUDIT_PREFIX}${chain}-head`;

export function segmentMap(
  namespace: string,
  chain: ChainName,
  index: number,
  { text, head, isSealed }: { readonly text: string; readonly head: HeadText; readonly isSealed: boolean },
): NewObject<ConfigMap> {
  return {
    metadata: { namespace, name: segmentName(chain, index), labels: { ...LABELS, [CHAIN_LABEL]: chain } },
    ...(isSealed ? { immutable: true } : {}),
    data: { [ENTRIES]: text, ...headData(head) },
  };
}

export function headMap(namespace: string, chain: ChainName, head: HeadText): NewObject<ConfigMap> {
  return { metadata: { namespace, name: headName(chain), labels: { ...LABELS, [CHAIN_LABEL]: chain } }, data: headData(head) };
}

const headData = ({ text, signature }: HeadText): Readonly<Record<string, string>> => ({
  [HEAD]: text,
  ...(signature === undefined ? {} : { [SIGNATURE]: signature }),
});

/** Every chain that there is, by what its objects are named. */
export async function readChains(
  client: Pick<KubeClient, 'list'>,
  namespace: string,
  signal?: AbortSignal,
): Promise<readonly StoredChain[]> {
  const { items } = await client.list(configMaps, { namespace, labelSelector: `${COMPONENT}=audit`, pageSize: PAGE, signal });
  return CHAINS.map((chain) => chainIn(items, chain)).filter(({ segments, head }) => segments.length > 0 || head !== undefined);
}

export async function readChain(
  client: Pick<KubeClient, 'list'>,
  namespace: string,
  chain: ChainName,
  signal?: AbortSignal,
): Promise<StoredChain> {
  const labelSelector = `${COMPONENT}=audit,${CHAIN_LABEL}=${chain}`;
  const { items } = await client.list(configMaps, { namespace, labelSelector, pageSize: PAGE, signal });
  return chainIn(items, chain);
}

export function chainIn(maps: readonly ConfigMap[], chain: ChainName): StoredChain {
  const head = maps.find(({ metadata }) => metadata.name === headName(chain));
  return {
    chain,
    segments: maps.flatMap((map) => segmentIn(map, chain)).toSorted((a, b) => a.index - b.index),
    head: head === undefined ? undefined : { ...(headIn(head) ?? { text: '' }), resourceVersion: head.metadata.resourceVersion },
  };
}

function segmentIn(map: ConfigMap, chain: ChainName): readonly Segment[] {
  const { name, resourceVersion, uid } = map.metadata;
  const index = Number(
    /^\d{6,9}$/u.exec(name.startsWith(`${AUDIT_PREFIX}${chain}-`) ? name.slice(AUDIT_PREFIX.length + chain.length + 1) : '')?.[0],
  );
  if (!Number.isInteger(index) || name !== segmentName(chain, index)) return [];
  return [{ index, name, isSealed: map.immutable === true, text: map.data?.[ENTRIES] ?? '', head: headIn(map), resourceVersion, uid }];
}

function headIn({ data = {} }: ConfigMap): HeadText | undefined {
  const text = data[HEAD];
  return text === undefined ? undefined : { text, signature: data[SIGNATURE] };
}
