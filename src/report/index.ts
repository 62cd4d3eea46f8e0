export { type CardInput, modelCard } from './model-card.ts';
