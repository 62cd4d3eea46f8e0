import { render } from 'solid-js/web';
import { App } from './app.tsx';
import { applyTheme } from './shell/theme.ts';
import './theme.css';
import './parts/lists.css';
import './parts/rooms.css';

applyTheme();
render(() => <App />, document.getElementById('console')!);
