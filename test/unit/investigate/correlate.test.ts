import { describe, expect, test } from 'vitest';
import { crashLoop } from '../../../src/investigate/analyzers/crashLoop.ts';
import { oomKilled } from '../../../src/investigate/analyzers/oomKilled.ts';
import { linksOf } from '../../../src/investigate/correlate.ts';
import type { Finding } from '../../../src/investigate/finding.ts';
import type { ObservedChange } from '../../../src/sources/changes.ts';
import type { Snapshot } from '../../../src/sources/kubernetes/snapshot.ts';
import { ago, commit, container, ended, field, MI, pod, revision, rollout, running, snapshot, waiting, workload } from './builders.ts';

interface Case {
  readonly name: string;
  /** Absent: a crash; `oom`: a kill at the limit. */
  readonly trouble?: 'oom';
  readonly changes: readonly ObservedChange[];
  readonly snapshot?: Partial<Snapshot>;
  /** Links as `key strength`, likeliest first. */
  readonly want: readonly string[];
}

const memory = field('resources.limits.memory', '256Mi', '32Mi');
const environment = field('env[TIMEOUT].value', '2500', '2500ms');
const image = field('image', 'cart:1.0', 'cart:1.1');
const replicas = { object: 'Deployment/shop/cart', path: 'spec.replicas', before: '1', after: '2' };
const elsewhere = { object: 'Deployment/shop/payments', path: 'spec.template.spec.containers[app].image', before: 'a', after: 'b' };
const sidecar = { object: 'Deployment/shop/cart', path: 'spec.template.spec.containers[proxy].image', before: 'a', after: 'b' };
const settings = { object: 'ConfigMap/shop/cart-config', path: 'data.app.yaml', before: 'a', after: 'b' };

/** Seen eight minutes ago. */
const since = ago(8);

describe('linksOf', () => {
  test.each<Case>([
    { name: 'links the commit that touched the failing container', changes: [commit('bad', ago(10), [environment])], want: ['bad direct'] },
    { name: 'does not link a commit that touched another workload', changes: [commit('innocent', ago(10), [elsewhere])], want: [] },
    { name: 'does not link a commit that touched another container', changes: [commit('innocent', ago(10), [sidecar])], want: [] },
    { name: 'does not link a commit that touched what cannot lead to it', changes: [commit('innocent', ago(10), [replicas])], want: [] },
    {
      name: 'blames the guilty of two commits of the same minute',
      changes: [commit('innocent', ago(9), [elsewhere, replicas]), commit('bad', ago(9), [environment])],
      want: ['bad direct'],
    },
    { name: 'does not link what came after the trouble was seen', changes: [commit('late', ago(3), [environment])], want: [] },
    { name: 'does not link what came before the window', changes: [commit('old', ago(300), [environment])], want: [] },
    {
      name: 'puts the last of several first',
      changes: [commit('first', ago(40), [environment]), commit('second', ago(10), [image])],
      want: ['second direct', 'first direct'],
    },
    {
      name: 'lets a later change of the same field take the place of an earlier one',
      changes: [commit('first', ago(40), [environment]), commit('second', ago(10), [environment])],
      want: ['second direct'],
    },
    {
      name: 'prefers what touched the very field to what came later and may have led to it',
      trouble: 'oom',
      changes: [commit('limit', ago(40), [memory]), commit('image', ago(10), [image])],
      want: ['limit direct', 'image plausible'],
    },
    {
      name: 'puts the commit before the rollout that carried it',
      changes: [rollout(2, ago(9), [environment]), commit('bad', ago(10), [environment])],
      want: ['bad direct', 'Deployment/shop/cart@2 direct'],
    },
    {
      name: 'is content with a rollout where no commit is known',
      changes: [rollout(2, ago(9), [image])],
      want: ['Deployment/shop/cart@2 direct'],
    },
    {
      name: 'does not link a commit that no rollout followed: it is not what runs',
      changes: [commit('unsynced', ago(10), [environment])],
      snapshot: { workloads: [workload({ revisions: [revision(2, ago(60)), revision(1, ago(500))] })] },
      want: [],
    },
    {
      name: 'links it once a rollout followed',
      changes: [commit('bad', ago(10), [environment])],
      snapshot: { workloads: [workload({ revisions: [revision(2, ago(9)), revision(1, ago(500))] })] },
      want: ['bad direct'],
    },
    {
      name: 'links a ConfigMap that the container reads, which needs no rollout',
      changes: [commit('settings', ago(10), [settings])],
      snapshot: { workloads: [workload({ revisions: [revision(1, ago(500))] })] },
      want: ['settings direct'],
    },
    {
      name: 'links a commit that replaced the whole container',
      changes: [commit('bad', ago(10), [{ ...image, path: 'spec.template.spec.containers' }])],
      want: ['bad direct'],
    },
    {
      name: 'knows a container by its index too',
      changes: [commit('bad', ago(10), [{ ...image, path: 'spec.template.spec.containers[0].image' }])],
      want: ['bad direct'],
    },
    {
      name: 'links a commit that brought the workload in',
      changes: [commit('new', ago(10), [{ object: 'Deployment/shop/cart', path: '', after: 'added' }])],
      want: ['new direct'],
    },
    {
      name: 'links nothing to a commit whose fields are not known',
      changes: [commit('unknown', ago(10), [], { fieldsKnown: false })],
      want: [],
    },
  ])('$name', ({ trouble, changes, snapshot: more = {}, want }) => {
    const seen = snapshot({ pods: [trouble === 'oom' ? killed : crashed], ...more });
    const [found] = [...(trouble === 'oom' ? oomKilled : crashLoop).find(seen)];
    const links = linksOf({ ...(found as Finding), since }, changes, seen);
    expect(links.map(({ change, strength }) => `${change.key} ${strength}`)).toEqual(want);
  });
});

const crashed = pod(
  { references: [{ kind: 'ConfigMap', name: 'cart-config', optional: false, via: 'envFrom', container: 'app' }] },
  container({ state: waiting('CrashLoopBackOff'), lastState: ended(1), restarts: 3 }),
);
const killed = pod({}, container({ state: running(), lastState: ended(137, { reason: 'OOMKilled' }), limits: { memoryBytes: 32 * MI } }));
