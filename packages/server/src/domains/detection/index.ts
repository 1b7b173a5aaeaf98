export type { Alerts } from './alerts/alerts.ts';
export { sealedInAlerts } from './alerts/sealed.ts';
export type { Channels } from './channels/channels.ts';
export { sealedInChannels } from './channels/sealed.ts';
export { createDetection, type Detection, type DetectionParts } from './detection.ts';
export type { Intel } from './intel/intel.ts';
export type { Rules } from './rules/rules.ts';
export type { StoredEvents } from './rules/backtest/stored-events.ts';
export { checkRules } from './rules/check/check-rules.ts';
