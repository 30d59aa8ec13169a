/** What a person says of an Incident by `kubectl sre`, and how they follow it; on an API server that stamps who said it. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../../../src/cli/run.ts';
import { systemClock } from '../../../src/clock.ts';
import { type Incident, incidents, investigations } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import { createCapturedTerminal } from '../../support/capturedTerminal.ts';
import { installApi } from '../../support/installCrds.ts';
import { type Call, type Called, kubectlSre } from '../../support/kubectlSre.ts';
import { newIncident, newInvestigation } from '../../support/sreObjects.ts';
import { asServiceAccount, testClient } from '../../support/testClient.ts';
import { untilTrue } from '../../support/until.ts';
import * as story from '../../unit/cli/story.ts';

const namespace = 'agent-sre';
let cluster: Cluster;
let admin: KubeClient;
let investigator: KubeClient;
let name: string;
beforeAll(async () => {
  cluster = await startCluster({ level: 'api' });
  admin = testClient(cluster.kubeconfigPath);
  await installApi(admin);
  investigator = asServiceAccount(admin, namespace, 'agent-sre-investigator');
}, 120_000);
afterAll(async () => {
  await admin?.close();
  await cluster?.stop();
});
beforeEach(async () => {
  const { metadata } = await admin.create(incidents, newIncident({ namespace, generateName: 'inc-' }));
  name = metadata.name;
});

const sre = (args: string | readonly string[], call?: Call): Promise<Called> => kubectlSre(cluster, args, call);
const stored = (): Promise<Incident | undefined> => admin.get(incidents, { namespace, name });
const setStatus = (status: object): Promise<Incident> =>
  investigator.patch(incidents, { namespace, name }, { status }, { type: 'merge', subresource: 'status' });

describe('close', () => {
  test('ends an Incident in the name of who says so, once', async () => {
    expect(await sre(['close', name, '--reason', 'Duplicate', '--comment', 'of another'])).toEqual({
      code: 0,
      out: `Closed ${name} as Duplicate, by alice\n`,
      err: '',
    });
    expect((await stored())?.spec.closure).toEqual({ reason: 'Duplicate', by: 'alice', comment: 'of another' });
    expect(await sre(`close ${name} --reason Fixed`)).toMatchObject({
      code: 1,
      err: `kubectl sre: Incident ${name} was closed by alice as Duplicate\n`,
    });
  });

  test('is not for who may only look', async () => {
    const { code, err } = await sre(`close ${name} --reason Fixed`, { as: 'dave' });
    expect([code, err]).toEqual([1, expect.stringContaining('ask an administrator for the ClusterRole agent-sre-responder')]);
  });
});

test('ack and expect are said in the name of who says so', async () => {
  const out = await Promise.all([
    sre(['ack', name, '--comment', 'on it'], { as: 'carol' }),
    sre(['expect', name, '--until', '2099-01-01', '--reason', 'load test'], { as: 'carol' }),
  ]);
  expect(out.map((called) => `${called.err}${called.out}`)).toEqual([
    `Acknowledged ${name}, by carol\n`,
    `Expected ${name} until 2099-01-01 00:00:00 UTC, by carol: until then nobody is told, and no new plan is made\n`,
  ]);
  expect((await stored())?.spec).toMatchObject({
    acknowledgement: { by: 'carol', comment: 'on it' },
    expected: { until: '2099-01-01T00:00:00.000Z', reason: 'load test', by: 'carol' },
  });
  const { code, err } = await sre(`expect ${name} --until 2020-01-01 --reason late`);
  expect([code, err.split('\n')[0]]).toEqual([2, 'kubectl sre: --until has to be later than now; "2020-01-01" is over']);
});

test('silence is said in the name of who says so, and lifted', async () => {
  const { out } = await sre(['silence', name, '--for', '2h', '--reason', 'upgrade'], { as: 'carol' });
  expect(out).toMatch(new RegExp(`^Silenced ${name} until [0-9: -]+ UTC, by carol: `, 'u'));
  expect((await stored())?.spec.silence).toMatchObject({ reason: 'upgrade', by: 'carol' });
  expect((await sre(`show ${name}`)).out).toMatch(/^ {2}Silenced {5}until [0-9: -]+ UTC, by carol: upgrade$/mu);
  expect((await sre(`silence ${name} --lift`)).out).toBe(`Lifted the silence of ${name}\n`);
  expect((await stored())?.spec.silence).toBeUndefined();
  expect((await sre(`silence ${name} --lift`)).err).toBe(`kubectl sre: Incident ${name} is not silenced by anybody here\n`);
});

test('a runbook is attached, shown and taken away', async () => {
  expect((await sre(`runbook ${name} https://wiki.example.org/checkout`)).out).toBe(
    `${name} has the runbook https://wiki.example.org/checkout\n`,
  );
  expect((await sre(`show ${name}`)).out).toMatch(/^ *Runbook +https:\/\/wiki\.example\.org\/checkout$/mu);
  expect((await sre(`runbook ${name} --remove`)).out).toBe(`${name} has no runbook any more\n`);
  expect((await stored())?.spec.runbookURL).toBeUndefined();
  const patching = admin.patch(incidents, { namespace, name }, { spec: { runbookURL: 'file:///etc/passwd' } }, { type: 'merge' });
  await expect(patching).rejects.toThrow('spec.runbookURL');
});

describe('why', () => {
  test('says that nobody has looked yet', async () => {
    expect((await sre(`why ${name}`)).err).toBe(
      `kubectl sre: Incident ${name} has not been looked into yet; kubectl sre watch ${name} tells when it is\n`,
    );
  });

  test('tells the chain, for people and for programs', async () => {
    const { metadata } = await admin.create(investigations, newInvestigation({ namespace, generateName: 'inv-' }));
    await investigator.patch(
      investigations,
      { namespace, name: metadata.name },
      { status: story.investigation.status },
      { type: 'merge', subresource: 'status' },
    );
    await setStatus({ investigationRef: { name: metadata.name, uid: metadata.uid } });
    expect((await sre(`why ${name}`)).out).toContain('ROOT CAUSE, 95 % SURE');
    expect(parse((await sre(`why ${name} -o yaml`)).out)).toMatchObject({
      incident: name,
      rootCause: { finding: 'f1', change: 'c1', confidence: 95 },
      evidence: [{ id: 'e1' }],
    });
  });
});

describe('watch', () => {
  const at = '2026-11-21T12:00:00Z';

  test('follows an Incident to its end', async () => {
    await setStatus({ phase: 'Investigating', timeline: [{ at, reason: 'Received', message: 'somebody said so' }] });
    const watching = sre(`watch ${name}`);
    await sre(`close ${name} --reason Fixed`);
    await setStatus({
      phase: 'Resolved',
      conditions: [{ type: 'Resolved', status: 'True', reason: 'ClosedAsFixed', message: 'closed', lastTransitionTime: at }],
    });
    const { code, out } = await watching;
    expect([code, out]).toEqual([0, expect.stringMatching(/^12:00:00 {2}Received: somebody said so\n[^]*→ Resolved\n$/u)]);
  });

  test('goes on where it was after the API server was away, and tells nothing twice', async () => {
    const first = { at, reason: 'Received', message: 'somebody said so' };
    await setStatus({ phase: 'Investigating', timeline: [first] });
    const terminal = createCapturedTerminal();
    const watching = run({ args: ['watch', name], terminal, clock: systemClock, kubeconfig: cluster.kubeconfigFor('dave') });
    await untilTrue('it watches', () => terminal.printed().includes('Received'));
    await cluster.stopApiServer();
    await untilTrue('it says that it cannot', () => terminal.complained().includes('; looking again'));
    await cluster.startApiServer();
    const end = { type: 'Resolved', status: 'True', reason: 'Recovered', message: 'over', lastTransitionTime: at };
    await setStatus({ phase: 'Resolved', timeline: [first, { at, reason: 'Resolved', message: 'over' }], conditions: [end] });
    expect(await watching).toBe(0);
    const told = terminal.printed().split('\n');
    expect(told.filter((line) => line.includes('Received'))).toHaveLength(1);
    expect(told.filter((line) => line.includes('Resolved: over'))).toHaveLength(1);
    for (const line of terminal.complained().trim().split('\n')) expect(line).toMatch(/^kubectl sre: [^\n]{1,400}; looking again$/u);
    // What is created is taken only once its admission policies are in effect again.
    await installApi(admin);
  });

  test('fails when it is deleted', async () => {
    const terminal = createCapturedTerminal();
    const watching = run({ args: ['watch', name], terminal, clock: systemClock, kubeconfig: cluster.kubeconfigFor('dave') });
    await untilTrue('it watches', () => Promise.resolve(terminal.printed() !== ''));
    await admin.delete(incidents, { namespace, name });
    expect(await watching).toBe(1);
    expect(terminal.complained()).toBe(`kubectl sre: Incident ${name} was deleted\n`);
  });

  test('of all tells what is open, and then of each as it comes and goes', async () => {
    const environment = { ...process.env, KUBECONFIG: cluster.kubeconfigFor('dave'), NO_COLOR: '1' };
    const child = spawn(process.execPath, ['src/cli/main.ts', 'watch'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    const says = (line: string) => untilTrue(`it says "${line}"`, () => Promise.resolve(out.includes(`  ${line}\n`)));
    try {
      await says(`${name}  → New, waiting on AgentSRE`);
      const later = await admin.create(incidents, newIncident({ namespace, generateName: 'inc-later-' }));
      await says(`${later.metadata.name}  → New, waiting on AgentSRE`);
      await admin.delete(incidents, { namespace, name: later.metadata.name });
      await says(`${later.metadata.name}  deleted`);
    } finally {
      child.kill();
    }
  });
});
