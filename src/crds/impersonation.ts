/**
 * How the gateway creates an Approval as the person who gave it in chat, and does nothing else in anybody's name.
 *
 * Constrained impersonation (KEP-5284, on since Kubernetes 1.36) lets it act as listed users, for creating Approvals alone. On older servers it
 * acts as users that exist for this only, `agentsre:chat:<person>`, who hold that one right. The right to impersonate a person's whole power is
 * never given.
 */
import { GROUP } from './common.ts';
import { defaultInstallation, type Installation } from './installation.ts';
import { type Manifest, partOf } from './manifest.ts';

/** A person as the API server knows them. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';
const CHAT_USER_PREFIX = 'agentsre:chat:';

/** The user who stands for a person where impersonation cannot be constrained. Executor and policies count it as that person. */
export function chatUser(person: string): string {
  return `${CHAT_USER_PREFIX}${person}`;
}

/** The person behind a chat user; anybody else is themselves. */
export function personBehind(user: string): string {
  return user.startsWith(CHAT_USER_PREFIX) ? user.slice(CHAT_USER_PREFIX.length) : user;
}

export function renderConstrainedImpersonation(
  people: readonly Identity[],
  installation: Installation = defaultInstallation,
): readonly Manifest[] {
  const users = people.map(({ user }) => user);
  const groups = [...new Set(people.flatMap((person) => person.groups))];
  const actAs = (resource: string, resourceNames: readonly string[]): object => ({
    apiGroups: ['authentication.k8s.io'],
    resources: [resource],
    resourceNames,
    verbs: ['impersonate:user-info'],
  });
  const rules = [
    actAs('users', users),
    ...(groups.length === 0 ? [] : [actAs('groups', groups)]),
    { apiGroups: [GROUP], resources: ['approvals'], verbs: ['impersonate-on:user-info:create'] },
  ];
  return grantedToGateway('agent-sre-approve-as', rules, installation);
}

/** For servers before 1.36. `people` are user names in the list of identities; where they may approve is set by binding the role agent-sre-chat-approver. */
export function renderImpersonationFallback(
  people: readonly string[],
  installation: Installation = defaultInstallation,
): readonly Manifest[] {
  const users = people.map(chatUser);
  const role = 'agent-sre-chat-approver';
  return [
    {
      ...object('ClusterRole', role),
      rules: [
        { apiGroups: [GROUP], resources: ['approvals'], verbs: ['create'] },
        { apiGroups: [GROUP], resources: ['remediationplans'], verbs: ['approve'] },
      ],
    },
    {
      ...object('RoleBinding', role, installation.namespace),
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
      subjects: users.map((name) => ({ apiGroup: RBAC, kind: 'User', name })),
    },
    ...grantedToGateway(
      'agent-sre-approve-as-chat',
      [{ apiGroups: [''], resources: ['users'], resourceNames: users, verbs: ['impersonate'] }],
      installation,
    ),
  ];
}

function grantedToGateway(name: string, rules: readonly object[], { namespace, accounts }: Installation): readonly Manifest[] {
  return [
    { ...object('ClusterRole', name), rules },
    {
      ...object('ClusterRoleBinding', name),
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: accounts.gateway, namespace }],
    },
  ];
}

function object(kind: string, name: string, namespace?: string): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind,
    metadata: namespace === undefined ? { name, labels: partOf } : { name, namespace, labels: partOf },
  };
}
