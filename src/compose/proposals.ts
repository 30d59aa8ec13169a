/** How plans are proposed, by the configuration: the same for what rules and what people propose. */
import type { Config } from '../config.ts';
import type { ProposeSettings } from '../remediate/propose.ts';
import { deliveryOf } from './gitHosts.ts';

export const proposalSettings = ({ namespace, remediation, git }: Config): ProposeSettings => ({
  operatorNamespace: namespace,
  ...remediation,
  deliveryOf: (repository) => deliveryOf(git.hosts, repository),
});
