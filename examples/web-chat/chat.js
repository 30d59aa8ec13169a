/**
 * A page that talks with Jamie: one POST a question, the answer by Server-Sent Events. What comes is shown as text, never as HTML: it may hold
 * what somebody wrote into a log.
 */
import { eventsOf } from './events.js';

const at = (id) => document.getElementById(id);
const [talk, hints, question, send, server, token] = ['talk', 'hints', 'question', 'send', 'server', 'token'].map(at);
let conversationId;
let underWay;

token.value = sessionStorage.getItem('token') ?? '';
server.value = new URLSearchParams(location.search).get('server') ?? localStorage.getItem('server') ?? server.value;
token.addEventListener('change', () => sessionStorage.setItem('token', token.value));
server.addEventListener('change', () => localStorage.setItem('server', server.value));

at('ask').addEventListener('submit', (event) => {
  event.preventDefault();
  if (underWay !== undefined) return underWay.abort();
  const message = question.value.trim();
  if (message === '') return undefined;
  question.value = '';
  return ask(message);
});
question.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at('ask').requestSubmit();
});
hints.addEventListener('click', ({ target }) => {
  if (target instanceof HTMLButtonElement) void ask(target.textContent);
});
at('fresh').addEventListener('click', () => {
  underWay?.abort();
  conversationId = undefined;
  talk.replaceChildren(hints);
});

async function ask(message) {
  hints.remove();
  talk.append(element('div', 'question', message));
  const answer = element('div', 'answer busy');
  const tools = element('ul', 'tools');
  const text = element('div', 'text');
  answer.append(tools, text);
  talk.append(answer);
  underWay = new AbortController();
  send.textContent = 'Stop';
  try {
    for await (const { event, data } of answered(message, underWay.signal)) {
      if (event === 'token') text.textContent += data.text;
      else if (event === 'tool') showTool(tools, data);
      else if (event === 'final') showWhole(answer, text, data);
      else if (event === 'error') showProblem(answer, data.detail);
      talk.scrollTop = talk.scrollHeight;
    }
  } catch (error) {
    showProblem(answer, error.name === 'AbortError' ? 'Stopped.' : `${error.message}. Is ${server.value} there, and does its http.allowedOrigins have ${location.origin}?`);
  } finally {
    answer.classList.remove('busy');
    underWay = undefined;
    send.textContent = 'Ask';
    question.focus();
  }
}

async function* answered(message, signal) {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  if (token.value !== '') headers.authorization = `Bearer ${token.value}`;
  const response = await fetch(new URL('/api/v1/jamie/chat', server.value), {
    method: 'POST',
    headers,
    body: JSON.stringify({ message, conversationId }),
    signal,
  });
  if (!response.ok) yield { event: 'error', data: await response.json() };
  else yield* eventsOf(response.body);
}

function showTool(tools, { id, tool, query, state }) {
  let row = [...tools.children].find(({ dataset }) => dataset.id === id);
  if (row === undefined) {
    row = element('li', '');
    row.dataset.id = id;
    row.append(`${tool} `, element('code', '', query));
    tools.append(row);
  }
  row.className = state;
}

function showWhole(answer, text, { response, evidence, conversationId: id }) {
  conversationId = id;
  text.textContent = response;
  if (evidence.length === 0) return;
  const details = element('details', 'evidence');
  const table = element('table', '');
  for (const { id: name, tool, query, summary } of evidence) {
    const row = table.insertRow();
    for (const cell of [name, tool, query, summary]) row.insertCell().textContent = cell;
  }
  details.append(element('summary', '', `What this rests on (${evidence.length})`), table);
  answer.append(details);
}

function showProblem(answer, detail) {
  answer.append(element('div', 'problem', detail));
}

function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
