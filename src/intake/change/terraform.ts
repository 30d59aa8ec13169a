/** A run notification of HCP Terraform (Terraform Cloud): what was applied. Source: developer.hashicorp.com, "Notification configurations". */
import { z } from 'zod';
import type { ReportedChange } from '../../domain/reportedChange.ts';

const said = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const payload = z.object({
  payload_version: z.int(),
  run_url: said,
  run_message: said,
  run_created_by: said,
  workspace_name: said,
  notifications: z.array(z.object({ trigger: z.string(), run_status: said, run_updated_at: said })).min(1),
});

/** `foreign`: not of Terraform. Undefined: a run that has changed nothing, such as a plan or the test of a notification. */
export function terraformRun(value: unknown): ReportedChange | undefined | 'foreign' {
  const parsed = payload.safeParse(value);
  if (!parsed.success) return 'foreign';
  const { notifications, workspace_name: workspace, run_message: message, run_url: url, run_created_by: author } = parsed.data;
  const ended = notifications.find(({ run_status: status }) => status === 'applied' || status === 'errored');
  const at = Date.parse(ended?.run_updated_at ?? '');
  if (ended === undefined || Number.isNaN(at)) return undefined;
  const how = ended.run_status === 'applied' ? 'applied' : 'failed to apply';
  const what = `${how} Terraform workspace ${workspace}${message === '' ? '' : `: ${message}`}`;
  return {
    kind: 'Infrastructure',
    summary: what.replaceAll(/\s+/gu, ' ').slice(0, 500).toWellFormed(),
    at,
    source: 'terraform',
    ...(author === '' ? {} : { author: author.slice(0, 200) }),
    ...(/^https?:\/\/\S{1,2000}$/u.test(url) ? { url } : {}),
    objects: [],
  };
}
