/**
 * FixConfigReference: corrects the name of a ConfigMap, or of a key in it, that a workload names and that is not there.
 *
 * What is meant is chosen among what exists now: the one name that is nearest to the wrong one by edit distance. Two that are as near are a person's choice.
 * Secrets are never read, so references to them are not corrected.
 */

import { editDistance } from '../../analysis/similarity.ts';
import { configMaps } from '../../crds/configMaps.ts';
import type { CallOptions, KubeClient } from '../../kube/client.ts';
import { inWords, workloadsOf } from '../actionTarget.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { Workload } from '../workload.ts';
import { type ConfigReference, configReferences } from './configReferences.ts';
import { rolloutAborts, rolloutCriteria } from './criteria.ts';
import { type Considered, type Facts, NO_WORKLOAD, ruleOut, suggest } from './facts.ts';
import { type FieldValue, writeFields } from './field.ts';
import type { CatalogueEntry, WriteContext, Written } from './types.ts';

export const fixConfigReference: CatalogueEntry<Workload> = {
  type: 'FixConfigReference',
  about: workloadsOf(),
  bounds: [
    'The workload refers to the ConfigMap, or to the key, and it does not exist.',
    'What is named instead exists in the namespace, and no other is as near to what was named.',
    'ConfigMaps whose name ends in a hash of their content are named by what generates them, and are no candidates.',
    'References to Secrets are not corrected: nobody here reads them.',
  ],
  cures: ['ConfigMapMissing', 'ConfigMapKeyMissing'],
  inverse: 'FixConfigReference to the name that was replaced, by restoring the files byte for byte.',
  soakSeconds: 60,
  consider,
  successCriteria: rolloutCriteria,
  abortCriteria: rolloutAborts,
  write,
};

async function consider({ rootCause, finding, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'FixConfigReference';
  if (workload === undefined) return ruleOut(type, NO_WORKLOAD);
  const known = await knownConfig(client, workload.namespace, { signal });
  const broken = brokenIn(workload, known).filter(
    (one) => rootCause.reason === (one.key === undefined ? 'ConfigMapMissing' : 'ConfigMapKeyMissing'),
  );
  // The finding says which; its words are compared with what the workload names, and never taken over.
  const named = broken.filter(({ configMap, key }) => finding?.detail === `ConfigMap/${configMap}/${key ?? ''}`);
  const [wrong, ...more] = named.length > 0 ? named : broken;
  if (wrong === undefined) return ruleOut(type, 'every ConfigMap and key that it names exists by now');
  if (more.length > 0) return ruleOut(type, `${broken.length} references lead nowhere; which one is meant can’t be told`);
  const meant = nearest(wrong, known);
  if (typeof meant !== 'string') return ruleOut(type, meant.refusal);
  const { configMap, key } = wrong;
  return suggest(type, {
    target: workload,
    parameters: { fixConfigReference: key === undefined ? { configMap, toConfigMap: meant } : { configMap, key, toKey: meant } },
    title:
      key === undefined
        ? `Refer to ConfigMap ${meant} in place of ${configMap}`
        : `Refer to key ${meant} in place of ${key} of ConfigMap ${configMap}`,
    because: `${rootCause.reason}: ${key ?? configMap} does not exist, and ${meant} is the only name that is near to it.`,
  });
}

async function write(context: WriteContext<Workload>): Promise<Written | Refusal> {
  const { target: workload, action, client, signal } = context;
  const { configMap, key, toConfigMap, toKey } = action.fixConfigReference ?? { configMap: '' };
  const known = await knownConfig(client, workload.namespace, { signal });
  const places = brokenPlaces(workload, known).filter(
    (place) =>
      place.configMap === configMap && (key === undefined ? place.missing === 'name' : place.missing === 'key' && place.key === key),
  );
  const what = key === undefined ? `ConfigMap ${configMap}` : `key ${key} of ConfigMap ${configMap}`;
  if (places.length === 0) return refuse('ValueNotFound', `${inWords(workload)} names no ${what} that is missing`);
  const meant = nearest({ configMap, ...(key === undefined ? {} : { key }) }, known);
  if (typeof meant !== 'string') return refuse('ValueNotFound', meant.refusal);
  const wanted = toConfigMap ?? toKey ?? '';
  if (meant !== wanted) return refuse('ValueNotFound', `${wanted} is not what is meant by ${what}: ${meant} is nearer`);
  const fields = places.map(
    ({ namePath, keyPath }): FieldValue =>
      key === undefined ? { path: namePath, value: meant, live: configMap } : { path: keyPath ?? namePath, value: meant, live: key },
  );
  const lacking = key === undefined ? keysLacking(workload, configMap, known.get(meant)) : undefined;
  if (lacking !== undefined)
    return refuse('ValueNotFound', `ConfigMap ${meant} lacks key ${lacking}, which ${inWords(workload)} reads from ${configMap}`);
  return writeFields(context, distinct(fields), { level: 'Low', reasons: [`${what} does not exist, so no pod runs with it`] });
}

/** Names to the keys that they hold. */
type Known = ReadonlyMap<string, readonly string[]>;

/** kustomize's hash of the content, at the end of a name. */
const GENERATED = /-[2456789bcdfghkmt]{10}$/u;

async function knownConfig(client: KubeClient, namespace: string, options: CallOptions): Promise<Known> {
  const { items } = await client.list(configMaps, { ...options, namespace });
  return new Map(
    items.map(({ metadata, data = {}, binaryData = {} }) => [metadata.name, [...Object.keys(data), ...Object.keys(binaryData)]]),
  );
}

type BrokenPlace = ConfigReference & { readonly missing: 'name' | 'key' };

function brokenPlaces({ object }: Workload, known: Known): readonly BrokenPlace[] {
  return configReferences(object.spec?.template ?? {}).flatMap((place): BrokenPlace[] => {
    const keys = known.get(place.configMap);
    if (keys === undefined) return [{ ...place, missing: 'name' }];
    return place.key === undefined || keys.includes(place.key) ? [] : [{ ...place, missing: 'key' }];
  });
}

interface Wrong {
  readonly configMap: string;
  readonly key?: string;
}

function brokenIn(workload: Workload, known: Known): readonly Wrong[] {
  const all = brokenPlaces(workload, known).map(
    ({ configMap, key, missing }): Wrong => (missing === 'name' || key === undefined ? { configMap } : { configMap, key }),
  );
  return [...new Map(all.map((one) => [`${one.configMap}/${one.key ?? ''}`, one])).values()];
}

/** Beyond this share of a name's length another name is not a slip of it. */
const FARTHEST = 0.4;

/** The one name that exists and may have been meant. */
function nearest({ configMap, key }: Wrong, known: Known): string | { readonly refusal: string } {
  const there = key === undefined ? [...known.keys()].filter((name) => !GENERATED.test(name)) : (known.get(configMap) ?? []);
  const wrong = key ?? configMap;
  const near = there
    .map((name) => ({ name, distance: editDistance(wrong, name) }))
    .filter(({ name, distance }) => distance <= FARTHEST * Math.max(wrong.length, name.length))
    .toSorted((a, b) => a.distance - b.distance);
  const [first, second] = near;
  if (first === undefined) return { refusal: `nothing that exists is near to ${wrong}` };
  if (second?.distance === first.distance)
    return { refusal: `${first.name} and ${second.name} are equally near to ${wrong}; which one is meant can’t be told` };
  return first.name;
}

/** Another ConfigMap helps only if it has what is read from it. */
function keysLacking({ object }: Workload, configMap: string, keys: readonly string[] = []): string | undefined {
  return configReferences(object.spec?.template ?? {}).find(
    (place) => place.configMap === configMap && place.key !== undefined && !keys.includes(place.key),
  )?.key;
}

function distinct(fields: readonly FieldValue[]): readonly FieldValue[] {
  return [...new Map(fields.map((field) => [JSON.stringify(field.path), field])).values()];
}
