/**
 * The demo's two acts, unattended, with every step checked: on a real cluster, with the three processes apart and each under its own
 * least-privileged account.
 *
 * Alerts are real, commits are pushed over HTTP, and the executor is killed once between announcing its commit and recording it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Approval, Incident, Investigation, RemediationPlan } from '../../src/crds/kinds.ts';
import { identityOf } from '../../src/domain/identity.ts';
import { until } from '../cluster/lib/poll.ts';
import * as expectations from '../stage/expectations.ts';
import { OPERATOR_NAMESPACE, SHOP_NAMESPACE } from '../stage/stage.ts';
import type { Traffic } from '../stage/traffic.ts';
import { crash, leak, timeoutWithUnit } from '../stage/troubles.ts';
import type { Expectation, World } from '../stage/world.ts';
import { everything, storedEvidence } from './everything.ts';
import { commitsSince, fileAt, readCommit } from './git.ts';
import { counter, logOf } from './process.ts';
import { refusalOf, setScene } from './scene.ts';

const scene = setScene();
const see = <T>(expectation: Expectation<T>): Promise<T> => scene.stage.world.until(expectation);
const inNamespace = ['--namespace', OPERATOR_NAMESPACE] as const;
const latest = <T extends { readonly metadata: { readonly uid: string } }>(objects: readonly T[], { metadata }: T): T => {
  const found = objects.find((object) => object.metadata.uid === metadata.uid);
  if (found === undefined) throw new Error(`${metadata.uid} is gone`);
  return found;
};
const commitsOf = ({ status }: RemediationPlan): { fix: string; revert: string } => ({
  fix: status?.commit?.sha ?? '',
  revert: status?.rollback?.commit?.sha ?? '',
});
const memoryLimitOf = ({ deployments }: World, service: string): string | undefined =>
  deployments.find(({ metadata }) => metadata.name === service)?.spec.template.spec.containers[0]?.resources?.limits?.memory;
const condition = ({ status }: Incident | RemediationPlan | Approval, type: string) => status?.conditions?.find((one) => one.type === type);

describe('a bad commit is found and reverted', () => {
  const { service, alertname, reason, file } = crash;
  const known = {} as {
    good: string;
    bad: string;
    incident: Incident;
    diagnosis: Investigation;
    plan: RemediationPlan;
    done: RemediationPlan;
  };

  test('a person pushes a wrong value, Flux applies it, and a real pod ends with exit code 1', async () => {
    const { repository } = scene.stage;
    known.good = (await repository.git('rev-parse', repository.branch)).trim();
    known.bad = await repository.commit(timeoutWithUnit);
    await see(expectations.fluxHasApplied(known.bad));
    expect(await see(expectations.podCrashes(service, reason))).toMatchObject({ exitCode: 1, pod: expect.stringMatching(/^checkout-/u) });
  });

  test('Prometheus fires, and the alert becomes an Incident with the identity of what is wrong', async () => {
    const { labels } = await see(expectations.alertFires(scene.stage.monitoring, alertname, service));
    known.incident = await see(expectations.incidentOpens(alertname, service));
    const { spec, metadata } = known.incident;
    expect(metadata).toMatchObject({ namespace: OPERATOR_NAMESPACE, name: expect.stringMatching(/^inc-[a-z2-7]{16}-1$/u) });
    expect(spec).toMatchObject({ source: 'Alertmanager', severity: 'warning', identity: identityOf(labels), alertsTotal: 1 });
    expect(spec.targets?.[0]).toMatchObject({ kind: 'Deployment', namespace: SHOP_NAMESPACE, name: service, container: service });
    expect(spec.requestedBy?.username).toBe(`system:serviceaccount:${OPERATOR_NAMESPACE}:agent-sre-gateway`);
  });

  test('the diagnosis names the commit, its author date and the changed field, and cites evidence that is stored', async () => {
    known.diagnosis = await see(expectations.diagnosisIsThere(known.incident));
    const { outcome, rootCause, changes = [], evidence = [], findings = [], gaps = [] } = known.diagnosis.status ?? {};
    expect(outcome).toBe('RootCauseFound');
    expect(rootCause).toMatchObject({
      reason: 'ContainerExitsWithError',
      object: { kind: 'Deployment', namespace: SHOP_NAMESPACE, name: service },
    });
    expect(gaps.filter((gap) => gap.reason !== 'NotConfigured')).toEqual([]);

    const change = changes.find(({ id }) => id === rootCause?.change);
    const { authoredAt } = await readCommit(scene.stage.repository, known.bad);
    expect(change).toMatchObject({ kind: 'GitCommit', commit: known.bad, author: expect.stringContaining('team-payments') });
    expect(Date.parse(change?.at ?? '')).toBe(authoredAt);
    expect(change?.fields).toContainEqual(
      expect.objectContaining({
        object: `Deployment/${SHOP_NAMESPACE}/${service}`,
        before: '2500',
        after: '2500ms',
        path: expect.stringContaining('PAYMENT_TIMEOUT_MS'),
      }),
    );

    const finding = findings.find(({ id }) => id === rootCause?.finding);
    expect(finding?.message).toContain('PAYMENT_TIMEOUT_MS has to be a whole number of milliseconds');
    expect(finding?.message).toMatch(/exit(ed|s)?\b.*\b1\b|code 1/u);
    const ids = new Set(evidence.map(({ id }) => id));
    const cited = [
      ...(rootCause?.evidence ?? []),
      ...findings.flatMap((one) => one.evidence),
      ...changes.flatMap((one) => one.evidence ?? []),
    ];
    expect(rootCause?.evidence.length).toBeGreaterThan(0);
    expect(cited.filter((id) => !ids.has(id))).toEqual([]);
    const stored = await storedEvidence(scene.stage, OPERATOR_NAMESPACE);
    expect(evidence.filter(({ digest }) => digest !== undefined && !stored.has(digest))).toEqual([]);
    expect(evidence.filter(({ digest }) => digest !== undefined).length).toBeGreaterThan(0);
  });

  test('the plan reverts that commit: exact diff, digest, risk, and who has to act', async () => {
    known.plan = await see(expectations.planIsReady(known.incident));
    const { spec, status } = known.plan;
    expect(spec.actions).toEqual([expect.objectContaining({ type: 'RevertCommit', revertCommit: { commit: known.bad } })]);
    const changed = (status?.diff ?? '').split('\n').filter((line) => /^[-+](?![-+])/u.test(line));
    expect(changed).toEqual(['-              value: "2500ms"', '+              value: "2500"']);
    expect(status).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
      base: known.bad,
      risk: { level: expect.any(String) },
      policy: { name: 'approve', decision: 'Approve' },
      waitingOn: { who: 'Person' },
      owner: { engine: 'Flux', repository: scene.stage.repository.url, ref: 'main' },
    });
    expect(status?.approveCommand).toContain(status?.digest);
  });

  test('Alertmanager repeats itself, and there is still one Incident, unchanged', async () => {
    const { gateway } = scene.stage.operator.processes;
    const before = latest(scene.stage.world.now().incidents, known.incident);
    const seenSoFar = await counter(gateway, 'agentsre_alerts_total', { outcome: 'unchanged' });
    await until('another delivery', { deadlineSeconds: 30, intervalMs: 250 }, async () => {
      const seen = await counter(gateway, 'agentsre_alerts_total', { outcome: 'unchanged' });
      return seen > seenSoFar ? undefined : `${seen} deliveries so far`;
    });
    const about = scene.stage.world.now().incidents.filter((incident) => expectations.isAbout(incident, alertname, service));
    expect(about.map(({ metadata }) => metadata.name)).toEqual([known.incident.metadata.name]);
    expect(about[0]?.spec).toEqual(before.spec);
  });

  test.each([
    [
      'dave',
      'a viewer',
      'you may not create Approvals in namespace agent-sre; ask an administrator for the ClusterRole agent-sre-approver there',
    ],
    [
      'carol',
      'a responder',
      'you may not create Approvals in namespace agent-sre; ask an administrator for the ClusterRole agent-sre-approver there',
    ],
    ['mallory', 'a stranger', 'User "mallory" cannot'],
  ] as const)('%s, %s, may not approve, and is told so', async (person, _role, words) => {
    expect(await refusalOf(scene.sre(person, 'approve', known.plan.metadata.name, '--yes', ...inNamespace))).toContain(words);
    expect(latest(scene.stage.world.now().plans, known.plan).status?.phase).toBe('AwaitingApproval');
  });

  test('an approval of another digest is refused, in its own status', async () => {
    const { metadata } = known.plan;
    const other = `sha256:${'0'.repeat(64)}`;
    const approval = {
      apiVersion: 'agentsre.io/v1alpha1',
      kind: 'Approval',
      metadata: { generateName: `${metadata.name}-`, namespace: OPERATOR_NAMESPACE },
      spec: { planRef: { name: metadata.name, uid: metadata.uid }, planDigest: other, decision: 'Approve' },
    };
    await scene.createAs('bob', approval);
    const judged = await see(expectations.verdictIsGiven(known.plan, 'bob'));
    expect(judged.status?.verdict).toBe('Refused');
    expect(condition(judged, 'Accepted')).toMatchObject({
      status: 'False',
      message: expect.stringContaining('look at the present diff and approve that'),
    });
    expect(latest(scene.stage.world.now().plans, known.plan).status?.phase).toBe('AwaitingApproval');
  });

  test('alice approves; the executor is killed with its commit announced, and its successor pushes exactly one', async () => {
    const { operator, world, repository } = scene.stage;
    const { daemon } = operator.processes.executor;
    const announced = new Promise<void>((resolve) => {
      world.onChange((kind, object) => {
        const isAnnounced = kind === 'plans' && (object as RemediationPlan).status?.intent !== undefined;
        if (isAnnounced && object.metadata.uid === known.plan.metadata.uid) resolve();
      });
    });
    const killed = announced.then(() => daemon.stop('SIGKILL'));
    await scene.sre('alice', 'approve', known.plan.metadata.name, '--yes', ...inNamespace);
    await killed;
    expect(daemon.isRunning()).toBe(false);

    await operator.restart('executor');
    known.done = await see({ ...expectations.revisionIsSynced(known.plan), deadlineSeconds: 90 });
    expect(await commitsSince(repository, known.bad)).toEqual([known.done.status?.commit?.sha]);
  });

  test('the commit says what it is for, on whose word, and changes nothing else', async () => {
    const { repository, world } = scene.stage;
    const { commit, digest } = known.done.status ?? {};
    const approval = world.now().approvals.find(({ spec }) => spec.approver === 'alice');
    const facts = await readCommit(repository, commit?.sha ?? '');
    expect(facts).toMatchObject({
      parents: [known.bad],
      files: [file],
      trailers: { 'Plan-UID': known.plan.metadata.uid, 'Plan-Digest': digest, 'Approved-By': 'alice' },
      authoredAt: Date.parse(approval?.metadata.creationTimestamp ?? ''),
      committedAt: Date.parse(approval?.metadata.creationTimestamp ?? ''),
    });
    expect(await fileAt(repository, commit?.sha ?? '', file)).toBe(await fileAt(repository, known.good, file));
  });

  test('the verdict on alice is in her Approval, and Flux reports that very commit', async () => {
    const judged = await see(expectations.verdictIsGiven(known.plan, 'alice'));
    expect(judged.status?.verdict).toBe('Accepted');
    expect(judged.spec.approverGroups).toContain('sre-approvers');
    const [kustomization] = scene.stage.world.now().kustomizations;
    const revision = `main@sha1:${known.done.status?.commit?.sha}`;
    expect(kustomization?.status?.lastAppliedRevision).toBe(revision);
    expect(known.done.status?.sync?.revision).toBe(revision);
  });

  test('the criteria are met, the alert resolves, and then the Incident is Resolved', async () => {
    const done = await see(expectations.planSucceeds(known.plan));
    expect(done.status?.checks?.filter(({ result }) => result !== 'Passed')).toEqual([]);
    const incident = await see(expectations.incidentIsResolved(known.incident));
    expect(await scene.stage.monitoring.firing(alertname)).toEqual([]);
    expect(condition(incident, 'Resolved')).toMatchObject({ status: 'True', reason: 'Fixed' });
    expect(incident.status?.timeline?.map(({ reason: line }) => line)).toEqual(
      expect.arrayContaining(['Received', 'Diagnosed', 'PlanReady', 'Approved', 'Committed', 'Synced', 'Verified', 'Resolved']),
    );
    await see(expectations.shopIsOpen());
  });

  test('kubectl waits for the condition', async () => {
    const { name } = known.incident.metadata;
    const { stdout } = await scene.kubectl('dave', 'wait', '--for=condition=Resolved', `incident/${name}`, ...inNamespace, '--timeout=5s');
    expect(stdout).toContain('condition met');
  });
});

describe('a fix that does not help is taken back', () => {
  const { service, alertname, reason, file } = leak;
  const known = {} as { good: string; customers: Traffic; incident: Incident; plan: RemediationPlan; done: RemediationPlan };

  test('customers come, and a real container is killed for want of memory', async () => {
    const { repository } = scene.stage;
    known.good = (await repository.git('rev-parse', repository.branch)).trim();
    known.customers = scene.stage.customersCome(service);
    expect(await see(expectations.podCrashes(service, reason))).toMatchObject({ exitCode: 137 });
  });

  test('the diagnosis sees limit and usage, and blames no commit', async () => {
    known.incident = await see(expectations.incidentOpens(alertname, service));
    const { status } = await see(expectations.diagnosisIsThere(known.incident));
    expect(status?.rootCause).toMatchObject({ reason: 'ContainerOutOfMemory', object: { kind: 'Deployment', name: service } });
    expect(status?.rootCause?.change).toBeUndefined();
    expect(status?.findings?.find(({ id }) => id === status.rootCause?.finding)?.message).toMatch(/32 ?Mi/u);
  });

  test('the plan raises the limit in Git, and leaves every comment where it is', async () => {
    known.plan = await see(expectations.planIsReady(known.incident));
    expect(known.plan.spec.actions).toEqual([expect.objectContaining({ type: 'SetResources' })]);
    const changed = (known.plan.status?.diff ?? '').split('\n').filter((line) => /^[-+](?![-+])/u.test(line));
    expect(changed).toEqual(['-              memory: 32Mi', expect.stringMatching(/^\+ {14}memory: \d+Mi$/u)]);
  });

  test('alice approves; Flux applies the commit, and the container is killed again', async () => {
    await scene.sre('alice', 'approve', known.plan.metadata.name, '--yes', ...inNamespace);
    const synced = await see(expectations.revisionIsSynced(known.plan));
    expect(await commitsSince(scene.stage.repository, known.good)).toEqual([synced.status?.commit?.sha]);
    const failed = await see(expectations.rollbackBegins(known.plan));
    expect(failed.status?.rollback?.reason).toMatch(/has crashed \d+ times since the fix \(OOMKilled/u);
    expect(condition(failed, 'Verified')).toMatchObject({ status: 'False', reason: 'NotBetter' });
  });

  test('a second commit restores the file byte for byte, and Flux the cluster', async () => {
    const { repository, world } = scene.stage;
    known.done = await see(expectations.planIsRolledBack(known.plan));
    const { fix, revert } = commitsOf(known.done);
    expect(await commitsSince(repository, known.good)).toEqual([fix, revert]);
    expect(await readCommit(repository, revert)).toMatchObject({
      parents: [fix],
      files: [file],
      trailers: { 'Plan-UID': known.plan.metadata.uid, Reverts: fix },
    });
    expect(await repository.git('rev-parse', `${repository.branch}^{tree}`)).toBe(
      await repository.git('rev-parse', `${known.good}^{tree}`),
    );
    expect(known.done.status?.rollback?.sync?.revision).toBe(`main@sha1:${revert}`);
    expect(memoryLimitOf(world.now(), service)).toBe('32Mi');
  });

  test('the Incident is handed to a person, and says why', async () => {
    const incident = await see(expectations.incidentNeedsHuman(known.incident));
    await known.customers.stop();
    expect(incident.status?.waitingOn).toMatchObject({
      who: 'Person',
      detail: expect.stringMatching(/has crashed \d+ times since the fix \(OOMKilled/u),
    });
    expect(condition(incident, 'Resolved')).toMatchObject({ status: 'False', reason: 'RolledBack' });
    expect(scene.stage.world.now().plans.filter(({ spec }) => spec.incidentRef.uid === incident.metadata.uid)).toHaveLength(1);
  });

  test('it stays with the person though the alert falls silent, until they close it', async () => {
    await see(expectations.alertIsSilent(scene.stage.monitoring, alertname));
    const { name } = known.incident.metadata;
    expect(latest(scene.stage.world.now().incidents, known.incident).status?.phase).toBe('NeedsHuman');
    const closure = { reason: 'Fixed', by: 'carol', comment: 'recommender forgets what it made now' };
    await scene.kubectl(
      'carol',
      'patch',
      'incident',
      name,
      ...inNamespace,
      '--type=merge',
      `--patch=${JSON.stringify({ spec: { closure } })}`,
    );
    const closed = await see(expectations.incidentIsResolved(known.incident));
    expect(condition(closed, 'Resolved')).toMatchObject({
      status: 'True',
      reason: 'ClosedAsFixed',
      message: expect.stringContaining('carol'),
    });
  });
});

describe('all along', () => {
  test('kubectl shows all four kinds, with who has to act', async () => {
    const { stdout } = await scene.kubectl('dave', 'get', 'inc,inv,rp,apv', '--all-namespaces', '--output=wide');
    for (const kind of ['incident', 'investigation', 'remediationplan', 'approval']) expect(stdout).toContain(`${kind}.agentsre.io/`);
    expect(stdout).toMatch(/WAITING-ON/u);
    for (const kind of ['incident', 'investigation', 'remediationplan', 'approval']) {
      expect((await scene.kubectl('dave', 'describe', kind, ...inNamespace)).stdout).toContain('Status:');
    }
  });

  test('what ended has stayed ended, and there is one Incident an identity', () => {
    const ends = new Map<string, string>();
    for (const version of scene.versions) {
      const { kind, metadata, status } = JSON.parse(version) as RemediationPlan;
      const ended = kind === 'RemediationPlan' ? status?.conditions?.find(({ type }) => type === 'Succeeded')?.reason : undefined;
      if (ended === undefined) continue;
      expect(ends.get(metadata.uid) ?? ended).toBe(ended);
      ends.set(metadata.uid, ended);
    }
    expect([...ends.values()].toSorted()).toEqual(['RolledBack', 'Succeeded']);
    const identities = scene.stage.world.now().incidents.map(({ spec }) => spec.identity);
    expect(new Set(identities).size).toBe(identities.length);
  });

  test('no process was ever refused anything by the API server', () => {
    const { cluster, operator } = scene.stage;
    for (const one of Object.values(operator.processes)) {
      expect(
        logOf(one)
          .split('\n')
          .filter((line) => /forbidden/iu.test(line)),
        one.process,
      ).toEqual([]);
    }
    const refused = readFileSync(cluster.auditLogPath, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`system:serviceaccount:${OPERATOR_NAMESPACE}:`) && /"code":40[13]/u.test(line));
    expect(refused).toEqual([]);
  });

  test('no secret is in any object, any version of it, evidence, commit, log or output', async () => {
    const { operator } = scene.stage;
    const texts = new Map(await everything(scene.stage));
    for (const version of scene.versions) texts.set(`version ${texts.size}`, version);
    for (const one of Object.values(operator.processes)) texts.set(`log of ${one.process}`, logOf(one));
    texts.set('printed', scene.printed.join('\n'));
    expect(operator.secrets.filter((secret) => secret.length < 16)).toEqual([]);
    expect(texts.size).toBeGreaterThan(50);
    for (const secret of operator.secrets) {
      const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/u, '')];
      const found = [...texts].filter(([, text]) => forms.some((form) => text.includes(form))).map(([where]) => where);
      expect(found).toEqual([]);
    }
  });

  test.each(['gateway', 'investigator', 'executor'] as const)('%s ends on SIGTERM with exit code 0', async (name) => {
    const { daemon } = scene.stage.operator.processes[name];
    await daemon.stop();
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
  });
});
