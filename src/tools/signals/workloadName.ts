/** How people write the name of a service: `cart`, `shop/cart`, `deployment/cart`, `cart.shop.svc.cluster.local`. */
import { LABEL_NAME, POSSIBLE_OBJECT_NAME } from '../../domain/kubernetesNames.ts';
import { ownMember } from '../../domain/ownMember.ts';
import { ToolError } from '../errors.ts';

export const SERVING_KINDS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
export type ServingKind = (typeof SERVING_KINDS)[number];

export interface Wanted {
  readonly kind?: ServingKind | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
}

const KIND_WORDS: Readonly<Record<string, ServingKind | undefined>> = {
  deployment: 'Deployment',
  deployments: 'Deployment',
  deploy: 'Deployment',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  sts: 'StatefulSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  ds: 'DaemonSet',
};
const SERVICE_WORDS = new Set(['service', 'services', 'svc']);

/** Throws a ToolError `Invalid`. @param namespace as it was said beside the name */
export function wantedBy(asked: string, namespace: string | undefined): Wanted {
  const text = asked.trim();
  const parts = text.split('/');
  const last = parts.pop() ?? '';
  const [name = '', dotted] = /\.svc(?:\..*)?$/u.test(last) ? last.split('.') : [last];
  let kind: ServingKind | undefined;
  let within = namespace ?? dotted;
  for (const part of parts) {
    const word = part.toLowerCase();
    const known = ownMember(KIND_WORDS, word);
    if (known !== undefined) kind = known;
    else if (!SERVICE_WORDS.has(word)) within = namespace ?? part;
  }
  const isPossible = parts.length < 3 && POSSIBLE_OBJECT_NAME.test(name) && (within === undefined || LABEL_NAME.test(within));
  if (!isPossible) {
    const problem = `${JSON.stringify(text.slice(0, 80))} is not the name of a service; write it as cart, shop/cart or deployment/cart`;
    throw new ToolError('Invalid', `service_name: ${problem}`, { problems: [{ field: 'service_name', problem }] });
  }
  return { kind, namespace: within, name };
}
