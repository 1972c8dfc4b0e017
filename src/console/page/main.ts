import { startApp } from './app.ts';
import { browserClock } from './browser-clock.ts';

startApp({ fetch: window.fetch.bind(window), clock: browserClock });
