/**
 * SetConfigValue: sets a key of a ConfigMap to the value that it had before a commit.
 *
 * For a commit that changed more than may be taken back. The plan names the commit, never a value: the value is read from what the owner's path renders at
 * the parent of that commit.
 */

import { type ConfigMap, configMaps } from '../../crds/configMaps.ts';
import { isAncestor } from '../../gitops/git/commit.ts';
import { parentOf } from '../../gitops/git/history.ts';
import { openTree } from '../../gitops/git/tree.ts';
import { inWords, objects, type Target } from '../actionTarget.ts';
import { AUTHOR } from '../delivery.ts';
import { type Refusal, refuse } from '../refusal.ts';
import { isRelevant } from '../relevance.ts';
import { reliefCriteria } from './criteria.ts';
import { type Considered, type Facts, ruleOut, suggest } from './facts.ts';
import { writeFields } from './field.ts';
import type { CatalogueEntry, WriteContext, Written } from './types.ts';

const LONGEST_VALUE = 1024;

export const setConfigValue: CatalogueEntry<Target<ConfigMap>> = {
  type: 'SetConfigValue',
  about: objects(configMaps),
  bounds: [
    'The commit is on the branch that is deployed, and the ConfigMap had the key before it.',
    `The value is one line of at most ${LONGEST_VALUE} characters, and differs from the present one.`,
    'Only a value that stands in a manifest or patch is set: what a generator reads from a file is taken back with its commit.',
  ],
  cures: [
    'ContainerConfigurationInvalid',
    'ContainerExitsWithError',
    'ContainerCompletesUnexpectedly',
    'ClientAddressWrong',
    'DatabaseUnreachable',
  ],
  inverse: 'SetConfigValue to the value that was replaced, by restoring the files byte for byte.',
  soakSeconds: 120,
  consider,
  successCriteria: reliefCriteria,
  abortCriteria: () => [],
  write,
};

const DATA = /^data(?:\.([\w-]+)|\["([-._a-zA-Z0-9]+)"\])$/u;

async function consider({ rootCause, changes, workload, client, signal }: Facts): Promise<Considered> {
  const type = 'SetConfigValue';
  const namespace = workload?.namespace ?? rootCause.object.namespace ?? '';
  const named = changes.filter(({ id }) => rootCause.change === undefined || id === rootCause.change);
  const found = named
    .filter(({ kind, commit, author }) => kind === 'GitCommit' && commit !== undefined && author !== AUTHOR.name)
    .flatMap(({ commit = '', fields = [] }) =>
      fields.flatMap(({ object, path, before }) => {
        const key = DATA.exec(path);
        const name = object.startsWith(`ConfigMap/${namespace}/`) ? object.split('/')[2] : undefined;
        const value = key?.[1] ?? key?.[2];
        return before === undefined || name === undefined || value === undefined || !isRelevant(rootCause.reason, path)
          ? []
          : [{ commit, name, key: value }];
      }),
    );
  const [one, ...more] = found;
  if (one === undefined) return ruleOut(type, 'no commit changed a value of a ConfigMap that could have brought it about');
  if (more.length > 0) return ruleOut(type, `${found.length} values were changed; which one brought it about can’t be told`);
  const target = await setConfigValue.about.read(client, { kind: 'ConfigMap', namespace, name: one.name }, { signal });
  if (target === undefined) return ruleOut(type, `ConfigMap ${one.name} does not exist any more`);
  return suggest(type, {
    target,
    parameters: { setConfigValue: { key: one.key, beforeCommit: one.commit } },
    title: `Set ${one.key} of ConfigMap ${one.name} back`,
    because: `${rootCause.reason} began after commit ${one.commit.slice(0, 12)} changed it.`,
  });
}

async function write(context: WriteContext<Target<ConfigMap>>): Promise<Written | Refusal> {
  const { target, action } = context;
  const { key = '', beforeCommit = '' } = action.setConfigValue ?? {};
  const where = `key ${key} of ${inWords(target)}`;
  const live = own(target.object.data, key);
  if (live === undefined) return refuse('ValueNotFound', `${where} does not exist, or is not text`);
  const value = await valueBefore(context, key, beforeCommit);
  if (typeof value !== 'string') return value;
  if (value === live)
    return refuse('AlreadyInPlace', `${where} has the value that it had before commit ${beforeCommit.slice(0, 12)} already`);
  if (value.length > LONGEST_VALUE || /[\r\n]/u.test(value) || /[\r\n]/u.test(live))
    return refuse('UnsafeChange', `${where} is more than one line; take the commit back that changed it`);
  return writeFields(context, [{ path: ['data', key], value, live }], {
    level: 'Medium',
    reasons: ['a value of a configuration changes, and what reads it may see it only after its next start'],
  });
}

async function valueBefore(
  { repository, owner, base, renderer, target, signal }: WriteContext<Target<ConfigMap>>,
  key: string,
  commit: string,
): Promise<string | Refusal> {
  const short = commit.slice(0, 12);
  if ((await isAncestor(repository, commit, base, { signal })) !== true)
    return refuse('ValueNotFound', `commit ${short} is not on branch ${owner.ref} of ${repository.url}`);
  const parent = await parentOf(repository, commit, { signal });
  if (parent === undefined)
    return refuse('ValueNotFound', `commit ${short} is the first of ${repository.url}: there is no value before it`);
  const rendering = await renderer.render(await openTree(repository, parent, { signal }), owner.build, { signal });
  if (rendering.kind === 'refused') return refuse('RenderFailed', `before commit ${short}: ${rendering.message}`);
  const then = rendering.objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === target.name && (metadata.namespace ?? 'default') === target.namespace,
  );
  const value = own(then?.['data'] as Readonly<Record<string, unknown>> | undefined, key);
  return typeof value === 'string' ? value : refuse('ValueNotFound', `before commit ${short} ${inWords(target)} had no key ${key}`);
}

const own = <V>(values: Readonly<Record<string, V>> | undefined, key: string): V | undefined =>
  values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
