/**
 * What a program does about a live Incident through the tools of Agent-SRE, whichever way it reaches them: list, read the diagnosis and what it rests on,
 * propose a plan, and be refused the approval. Drives any transport: it is handed how a tool is called.
 */

export interface ToolReply {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Calls a tool by its name; throws where the tool says no. */
export type CallTool = (name: string, input: Readonly<Record<string, unknown>>) => Promise<ToolReply>;

export interface Conversation {
  readonly listed: ToolReply;
  readonly incident: ToolReply;
  /** Undefined where the diagnosis has no stored evidence. */
  readonly evidence: ToolReply | undefined;
  readonly proposed: ToolReply;
  /** What each try to approve was answered. */
  readonly refusals: readonly string[];
  readonly plan: ToolReply;
}

export interface About {
  /** In the title of the Incident. */
  readonly title: string;
  /** For propose_plan, but for the Incident. */
  readonly proposal: Readonly<Record<string, unknown>>;
}

export async function converse(call: CallTool, { title, proposal }: About): Promise<Conversation> {
  const listed = await call('list_incidents', { limit: 100 });
  const rows = listed.data['incidents'] as readonly { readonly name: string; readonly title: string }[];
  const name = rows.find((row) => row.title.includes(title))?.name;
  if (name === undefined) throw new Error(`no Incident is called ${title}:\n${listed.text}`);
  const incident = await call('get_incident', { name });
  const diagnosis = incident.data['diagnosis'] as { readonly evidence?: readonly { readonly digest?: string }[] } | undefined;
  const digest = diagnosis?.evidence?.find((item) => item.digest !== undefined)?.digest;
  const evidence = digest === undefined ? undefined : await call('get_evidence', { digest });
  const proposed = await call('propose_plan', { incident: name, ...proposal });
  const planName = String(proposed.data['name']);
  const refusals = await Promise.all(
    ['approve_plan', 'approve', 'create_approval', 'kubectl_apply'].map((tool) =>
      call(tool, { name: planName, plan: planName, decision: 'Approve' }).then(
        ({ text }) => `ANSWERED: ${text}`,
        (error: unknown) => String(error),
      ),
    ),
  );
  return { listed, incident, evidence, proposed, refusals, plan: await call('get_plan', { name: planName }) };
}
