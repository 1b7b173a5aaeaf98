import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createConsoleRouter } from './app/router.ts';
import { createQueries } from './api/queries.ts';
import { applyTheme, readTheme } from './state/theme.ts';
import './style.css';

applyTheme(readTheme());
const queries = createQueries();
const router = createConsoleRouter(queries);
const root = document.querySelector('#root');
if (root === null) throw new Error('assertion: the shell has a place for the console');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
