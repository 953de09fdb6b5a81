/**
 * The page behind the set-up link. The secret stands in the fragment, which browsers do not send; the page takes it out
 * of the address bar and posts it. Where scripts are off it says what to do instead.
 */
import { BASE_STYLE, type Page } from './html.ts'

// `display` of a form would else win over `hidden`
const STYLE = `${BASE_STYLE}
[hidden]{display:none!important}
main{max-width:40rem;margin:10vh auto;padding:0 1.75rem 1.25rem;border:1px solid #8886;border-radius:.5rem}
h1{font-size:1.5rem}
h2{font-size:1.2rem}
form,#done{display:grid;gap:.5rem}
#done p,#done h2{margin:.25rem 0}
label{font-weight:600}
input,button{box-sizing:border-box;width:100%;font:inherit;padding:.6rem;border:1px solid #888;border-radius:.25rem}
button{margin-top:.25rem;border-color:transparent;background:#1d4ed8;color:#fff;font-weight:600;cursor:pointer}
button:disabled{opacity:.5;cursor:progress}
:focus-visible{outline:3px solid #60a5fa;outline-offset:1px}
[role=alert]{padding:.6rem;border-left:4px solid #dc2626;background:#dc262618}
[role=alert]:empty{display:none}
`

const SCRIPT = `
'use strict';
const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
const part = (selector) => document.querySelector(selector);
const form = part('form');
const submit = part('form button');
const owner = part('#owner');
const shown = part('#key');
const say = (text) => { part('[role=alert]').textContent = text; };
const open = (section) => {
  for (const one of [part('#start'), part('#done')]) one.hidden = one !== section;
};
if (secret === '') {
  say('This address lacks the part after #. Open the whole set-up link. '
    + 'If it is used up and the key is lost, make a new link on the machine itself: npx claviger admin setup-link');
} else {
  open(part('#start'));
  owner.focus();
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  submit.disabled = true;
  say('');
  try {
    const response = await fetch('/api/v1/setup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret, owner_name: owner.value.trim() }),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    const answer = await response.json();
    if (response.ok) {
      shown.value = answer.secret;
      open(part('#done'));
      shown.focus();
      shown.select();
      return;
    }
    say(answer.errors ? answer.errors.map((one) => one.detail).join(' ') : answer.detail);
    if (response.status === 410 || response.status === 401) open(undefined);
  } catch {
    say('The server did not answer. Try again.');
  }
  submit.disabled = false;
});
part('#copy').addEventListener('click', async (event) => {
  shown.focus();
  shown.select();
  try {
    await navigator.clipboard.writeText(shown.value);
    event.target.textContent = 'Copied';
  } catch {
    event.target.textContent = 'Copy it by hand: it is selected';
  }
});
`

const BODY = `<main>
<h1>Set up Claviger</h1>
<p role="alert"></p>
<noscript><p>This page needs scripts. On the machine itself this does the same: <code>npx claviger admin create-key --role owner</code></p></noscript>
<section id="start" hidden>
<p>Name the first owner. You get an admin key, which is shown once; this link is then used up.</p>
<form autocomplete="off">
<label for="owner">Name of the owner</label>
<input id="owner" name="owner" required maxlength="100" placeholder="Ada Lovelace">
<button type="submit">Make the admin key</button>
</form>
</section>
<section id="done" hidden>
<h2><label for="key">Your admin key</label></h2>
<p>Keep it in a password manager now: nobody can show it again.</p>
<input id="key" class="secret" readonly spellcheck="false">
<button id="copy" type="button">Copy</button>
<p>Next: <code>CLAVIGER_TOKEN=… npx claviger status</code>, or the <a href="/api/docs">documentation of the API</a>.</p>
</section>
</main>`

export const setupPage: Page = { title: 'Set up Claviger', style: STYLE, script: SCRIPT, body: BODY }
