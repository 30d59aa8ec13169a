/** How the ConfigMaps are called that the gateway writes: conversations with Jamie, what models cost, and what was reported to have changed. */
export const CHAT_PREFIX = 'agent-sre-chat-';
export const MODEL_ACCOUNT = 'agent-sre-model-account';
export const CHANGE_PREFIX = 'change-';
