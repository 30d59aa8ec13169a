/** How a row is judged by what the API server prints of it, and which rows come first. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stateReader } from '../../../../src/tools/cluster/rowState.ts';
import { countStates, orderRows } from '../../../../src/tools/cluster/rows.ts';
import type { Row, Table } from '../../../../src/tools/cluster/table.ts';

const tableOf = (columns: readonly string[], rows: readonly (readonly string[])[]): Table => ({
  columns: columns.map((name) => ({ name, wide: false })),
  rows: rows.map((cells) => ({ namespace: 'shop', name: cells[0] ?? '', cells })),
  unread: 0,
});

describe('a row', () => {
  test.each<{ readonly name: string; readonly plural: string; readonly row: Readonly<Record<string, string>>; readonly want: string }>([
    { name: 'of a pod that runs is well', plural: 'pods', row: { Ready: '1/1', Status: 'Running' }, want: 'well Running' },
    {
      name: 'of a pod that runs and is not ready fails',
      plural: 'pods',
      row: { Ready: '0/1', Status: 'Running' },
      want: 'failing Running, not ready',
    },
    {
      name: 'of a pod that has done its work is finished',
      plural: 'pods',
      row: { Ready: '0/1', Status: 'Completed' },
      want: 'finished Completed',
    },
    {
      name: 'of a pod in any state that nobody knows fails',
      plural: 'pods',
      row: { Ready: '0/1', Status: 'SomethingNew' },
      want: 'failing SomethingNew',
    },
    { name: 'of a pod that is being set up waits', plural: 'pods', row: { Ready: '0/2', Status: 'Init:0/2' }, want: 'waiting Init:0/2' },
    {
      name: 'of a pod whose set-up crashes fails',
      plural: 'pods',
      row: { Ready: '0/2', Status: 'Init:CrashLoopBackOff' },
      want: 'failing Init:CrashLoopBackOff',
    },
    { name: 'of a node that is not ready fails', plural: 'nodes', row: { Status: 'NotReady' }, want: 'failing NotReady' },
    {
      name: 'of a node that takes no pods waits',
      plural: 'nodes',
      row: { Status: 'Ready,SchedulingDisabled' },
      want: 'waiting Ready,SchedulingDisabled',
    },
    { name: 'of a workload without any ready pod fails', plural: 'deployments', row: { Ready: '0/3' }, want: 'failing not ready' },
    { name: 'of a workload with some fails in part', plural: 'deployments', row: { Ready: '2/3' }, want: 'failing partly ready' },
    { name: 'of a workload at zero is finished', plural: 'deployments', row: { Ready: '0/0' }, want: 'finished scaled to 0' },
    {
      name: 'of a DaemonSet is judged by its numbers',
      plural: 'daemonsets',
      row: { Desired: '3', Ready: '2' },
      want: 'failing partly ready',
    },
    { name: 'of a claim that waits', plural: 'persistentvolumeclaims', row: { Status: 'Pending' }, want: 'waiting Pending' },
    {
      name: 'of Flux, whose status is a sentence, is judged by Ready',
      plural: 'kustomizations',
      row: { Ready: 'False', Status: 'Source is not ready: x' },
      want: 'failing not ready',
    },
    {
      name: 'of Argo CD is judged by both of its columns',
      plural: 'applications',
      row: { 'Sync Status': 'Synced', 'Health Status': 'Degraded' },
      want: 'failing Synced, Degraded',
    },
    {
      name: 'of an APIService that nobody serves fails',
      plural: 'apiservices',
      row: { Available: 'False (MissingEndpoints)' },
      want: 'failing not ready',
    },
    {
      name: 'of a Service without its address waits',
      plural: 'services',
      row: { 'External-IP': '<pending>' },
      want: 'waiting no external IP yet',
    },
    { name: 'of a warning fails', plural: 'events', row: { Type: 'Warning' }, want: 'failing Warning' },
    { name: 'of a word that nobody knows is neither', plural: 'widgets', row: { Phase: 'Frobbing' }, want: 'other Frobbing' },
    { name: 'of a kind without a state has none', plural: 'configmaps', row: { Data: '3' }, want: 'other ' },
  ])('$name', ({ plural, row, want }) => {
    const columns = Object.keys(row).map((name) => ({ name, wide: false }));
    const { rank, label } = stateReader(plural, columns)({ namespace: '', name: '', cells: Object.values(row) });
    expect(`${rank} ${label}`).toBe(want);
  });
});

const podTable = (states: readonly string[]): Table =>
  tableOf(
    ['Name', 'Ready', 'Status', 'Restarts'],
    states.map((status, index) => [`p${index}`, status === 'Running' ? '1/1' : '0/1', status, String(index % 7)]),
  );
const names = (rows: readonly { readonly row: Row }[]): readonly string[] => rows.map(({ row }) => row.name);

describe('rows', () => {
  test('of one state do not crowd out another', () => {
    const table = podTable([...Array.from({ length: 50 }, () => 'CrashLoopBackOff'), 'ImagePullBackOff', 'Running']);
    expect(names(orderRows('pods', table)).slice(0, 2)).toContain('p50');
  });

  test('that restarted come before those that did not', () => {
    expect(names(orderRows('pods', podTable(['Running', 'Running', 'Running'])))).toEqual(['p2', 'p1', 'p0']);
  });

  test('of events come with the newest first', () => {
    const table = tableOf(
      ['Last Seen', 'Type', 'Name'],
      [
        ['5m2s', 'Warning', 'a'],
        ['3s', 'Warning', 'b'],
        ['1s', 'Normal', 'c'],
        ['2h', 'Warning', 'd'],
      ],
    );
    expect(orderRows('events', table).map(({ row }) => row.cells[2])).toEqual(['b', 'a', 'd', 'c']);
  });

  test('are each there once, the failing before the waiting and those before the well, whatever they are', () => {
    const status = fc.constantFrom('Running', 'Pending', 'CrashLoopBackOff', 'Error', 'Completed', 'ContainerCreating', 'Evicted', '');
    fc.assert(
      fc.property(fc.array(status, { maxLength: 60 }), (states) => {
        const ordered = orderRows('pods', podTable(states));
        const ranks = ordered.map(({ state }) => ['failing', 'waiting', 'other', 'well', 'finished'].indexOf(state.rank));
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        expect(new Set(names(ordered)).size).toBe(states.length);
        expect(countStates(ordered).reduce((sum, { count }) => sum + count, 0)).toBe(states.length);
      }),
    );
  });
});
