/** PromQL of people and models, checked before it is sent: it is well-formed, narrows what it selects, and its caller may see the answer. */
import type { Call } from '../tool.ts';
import { confine, RIGHT_TO } from './confine.ts';
import { readPromql } from './promql.ts';
import type { ReadQuery } from './selectors.ts';

/**
 * The query as it may be sent, with the namespace put in where it was given. Throws a ToolError that says where what is wrong.
 *
 * @param namespace beside the query, for those of its selectors that name none
 */
export function checkPromql(text: string, namespace: string | undefined, call: Pick<Call, 'caller' | 'signal'>): Promise<ReadQuery> {
  const narrower = `{namespace="${namespace ?? 'shop'}",__name__=~"http_.+"}, or with the name of a metric`;
  return confine(readPromql(text), { right: RIGHT_TO.metrics, namespace, narrower, read: readPromql }, call);
}
