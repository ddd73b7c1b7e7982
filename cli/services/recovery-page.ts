import { html } from '@santehaggui/runtime/http/html-page.ts';

/** The printable page of recovery words: for a sealed envelope, so in French alone. */
export function recoveryPage(facility: string, words: readonly string[], date: string): string {
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>Mots de secours : ${facility}</title>
<style>
body { font: 14pt/1.5 sans-serif; margin: 2.5cm; }
ol { columns: 2; font: 600 18pt/1.9 monospace; }
</style>
</head>
<body>
<h1>Mots de secours</h1>
<p>Établissement : <strong>${facility}</strong> · imprimés le ${date}</p>
<p>Ces douze mots ouvrent tous les dossiers du poste. Gardez cette page dans une enveloppe scellée et signée, au CSRéf, loin du
poste. N’en faites pas de photo.</p>
<ol>
${words.map((word) => html`<li>${word}</li>\n`)}
</ol>
<p>Pour s’en servir : page d’accueil du poste verrouillé, « Ouvrir avec les douze mots », ou <code>haggui keys unlock</code>.
Ensuite : <code>haggui keys escrow</code>, qui en donne de nouveaux, et une nouvelle enveloppe.</p>
<p>Ouverte le : ______________________ par : ______________________ Témoin : ______________________</p>
</body>
</html>
`.text;
}
