/** GitHub's webhook `deployment_status`: a deployment that has succeeded or failed. Source: docs.github.com, "Webhook events and payloads". */

import { z } from 'zod';
import { LABEL_NAME } from '../../domain/kubernetesNames.ts';
import type { ReportedChange } from '../../domain/reportedChange.ts';
import { Rejection } from '../rejection.ts';

const payload = z.object({
  deployment_status: z.object({
    state: z.string(),
    environment: z.string().catch(''),
    created_at: z.iso.datetime({ offset: true }),
    creator: z.object({ login: z.string() }).optional().catch(undefined),
    log_url: z.string().optional().catch(undefined),
  }),
  deployment: z.object({ sha: z.string(), ref: z.string().catch('') }),
  repository: z.object({ full_name: z.string() }),
});

export function githubDeployment(event: string, value: unknown): ReportedChange | undefined {
  if (event !== 'deployment_status') return undefined;
  const parsed = payload.safeParse(value);
  if (!parsed.success)
    throw new Rejection(422, 'invalid_change', 'This is no deployment_status of GitHub; send its webhook as application/json.');
  const { deployment_status: status, deployment, repository } = parsed.data;
  if (status.state !== 'success' && status.state !== 'failure') return undefined;
  const [, name = ''] = repository.full_name.split('/');
  const where = status.environment === '' ? '' : ` to ${status.environment}`;
  const how = status.state === 'success' ? 'deployed' : 'failed to deploy';
  return {
    kind: 'Deployment',
    summary: `${how} ${repository.full_name} ${deployment.ref} (${deployment.sha.slice(0, 12)})${where}`.slice(0, 500).toWellFormed(),
    at: Date.parse(status.created_at),
    source: 'github',
    ...(status.creator === undefined ? {} : { author: status.creator.login.slice(0, 200) }),
    ...(status.log_url !== undefined && /^https?:\/\/\S{1,2000}$/u.test(status.log_url) ? { url: status.log_url } : {}),
    // A repository is often named as what it holds; where it is not, the change names nothing that there is.
    objects: LABEL_NAME.test(name) ? [{ name }] : [],
  };
}
