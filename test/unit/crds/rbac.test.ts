import { describe, expect, test } from 'vitest';
import { executorOnlyDryRuns } from '../../../src/crds/admission/scope.ts';
import { catalogueKinds } from '../../../src/crds/catalogue.ts';
import { chatUser, personBehind } from '../../../src/crds/impersonation.ts';
import { defaultInstallation, PROCESSES } from '../../../src/crds/installation.ts';
import { ownNamespaceRules, type PolicyRule, processRules, renderAllInOne, renderPeople, renderRbac } from '../../../src/crds/rbac.ts';

const READ = new Set(['get', 'list', 'watch']);
const rulesOf = (process: (typeof PROCESSES)[number]): readonly PolicyRule[] => [...processRules[process], ...ownNamespaceRules[process]];
const peopleRules = renderPeople().map(({ metadata, ...role }) => ({ metadata, rules: role['rules'] as readonly PolicyRule[] }));
const everyRule = [...PROCESSES.flatMap(rulesOf), ...peopleRules.flatMap(({ rules }) => rules)];

/** `group/resource verb` of everything in `rules` that is more than reading. */
const writes = (rules: readonly PolicyRule[]): readonly string[] =>
  rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.filter((verb) => !READ.has(verb)).map((verb) => `${group}/${resource} ${verb}`)),
      ),
    )
    .toSorted();

describe('every role', () => {
  test('names what it grants: no wildcards', () => {
    expect(everyRule.filter((rule) => [...rule.apiGroups, ...rule.resources, ...rule.verbs].includes('*'))).toEqual([]);
  });

  test('leaves Secrets alone', () => {
    expect(everyRule.filter(({ resources }) => resources.some((resource) => resource.startsWith('secrets')))).toEqual([]);
  });

  test('gives nobody the power to impersonate, escalate or bind', () => {
    const verbs = new Set(everyRule.flatMap((rule) => rule.verbs));
    expect(['impersonate', 'escalate', 'bind'].filter((verb) => verbs.has(verb))).toEqual([]);
  });
});

describe('the processes', () => {
  test('the gateway writes what people and alerts ask for, and asks who they are', () => {
    expect(writes(rulesOf('gateway'))).toEqual([
      '/configmaps create',
      '/configmaps delete',
      '/configmaps update',
      'agentsre.io/incidents create',
      'agentsre.io/incidents patch',
      'agentsre.io/incidents update',
      'agentsre.io/investigations create',
      'agentsre.io/remediationplans create',
      'authentication.k8s.io/tokenreviews create',
      'authorization.k8s.io/subjectaccessreviews create',
      'coordination.k8s.io/leases create',
      'coordination.k8s.io/leases patch',
      'coordination.k8s.io/leases update',
    ]);
  });

  test('the investigator changes nothing outside our own group in any namespace but its own', () => {
    const outside = writes(processRules.investigator).filter((write) => !write.startsWith('agentsre.io/'));
    expect(outside).toEqual([
      'authorization.k8s.io/subjectaccessreviews create',
      'events.k8s.io/events create',
      'events.k8s.io/events patch',
    ]);
  });

  test('the executor patches and deletes just what the dry-run policy watches over', () => {
    const { rules } = executorOnlyDryRuns(defaultInstallation);
    const watched = new Set(rules.flatMap(({ groups, resources }) => resources.map((resource) => `${groups[0] ?? ''}/${resource}`)));
    const changed = writes(processRules.executor).filter((write) => / (?:patch|delete)$/u.test(write) && !/agentsre|events/u.test(write));
    const isWatched = (write: string): boolean =>
      watched.has(write.split(' ')[0] ?? '') || watched.has((write.split(' ')[0] ?? '').replace(/\/[^/]+$/u, '/*'));
    expect(changed.filter((write) => !isWatched(write))).toEqual([]);
    expect(changed.filter((write) => write.endsWith(' delete'))).toEqual(['/pods delete']);
    expect(
      changed.filter(
        (write) => !catalogueKinds.some(({ group, resources }) => resources.some((resource) => write === `${group}/${resource} patch`)),
      ),
    ).toEqual([
      '/nodes patch',
      '/pods delete',
      'argoproj.io/applications patch',
      'cert-manager.io/certificates/status patch',
      'helm.toolkit.fluxcd.io/helmreleases patch',
      'kustomize.toolkit.fluxcd.io/kustomizations patch',
    ]);
  });

  test('none of them may approve', () => {
    expect(PROCESSES.flatMap((process) => writes(rulesOf(process))).filter((write) => write.endsWith(' approve'))).toEqual([]);
    expect(PROCESSES.flatMap((process) => writes(rulesOf(process))).filter((write) => write === 'agentsre.io/approvals create')).toEqual(
      [],
    );
  });
});

describe('the roles of people', () => {
  test('only approvers and admins may approve', () => {
    const approving = peopleRules.filter(({ rules }) => rules.some(({ verbs }) => verbs.includes('approve')));
    expect(approving.map(({ metadata }) => metadata.name)).toEqual(['agent-sre-approver', 'agent-sre-admin']);
  });

  test('are aggregated to the standard role of that size; that of an approver to none', () => {
    const aggregated = peopleRules.map(({ metadata }) => [
      metadata.name,
      ...Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith('rbac.authorization.k8s.io/')),
    ]);
    expect(aggregated).toEqual([
      ['agent-sre-viewer', 'rbac.authorization.k8s.io/aggregate-to-view'],
      ['agent-sre-responder', 'rbac.authorization.k8s.io/aggregate-to-edit'],
      ['agent-sre-approver'],
      ['agent-sre-auditor'],
      ['agent-sre-admin', 'rbac.authorization.k8s.io/aggregate-to-admin'],
    ]);
  });
});

test('everything that is namespaced goes where the operator is installed', () => {
  const installation = { namespace: 'ops', accounts: { gateway: 'g', investigator: 'i', executor: 'e', all: 'a' } };
  const text = JSON.stringify([...renderRbac(installation), ...renderAllInOne(installation)]);
  expect(text).not.toContain('"namespace":"agent-sre"');
  expect(text).toContain('{"kind":"ServiceAccount","name":"e","namespace":"ops"}');
});

describe('a person in chat', () => {
  test.each([
    { name: 'counts as the person whom the chat user stands for', user: chatUser('alice@example.com'), person: 'alice@example.com' },
    { name: 'is themselves under their own name', user: 'alice@example.com', person: 'alice@example.com' },
    { name: 'is not somebody whose name only holds the prefix', user: 'x:agentsre:chat:alice', person: 'x:agentsre:chat:alice' },
  ])('$name', ({ user, person }) => {
    expect(personBehind(user)).toBe(person);
  });
});
