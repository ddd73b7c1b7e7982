// Does nothing: that it can be registered is what the page /appareil wants to know.
addEventListener('install', () => skipWaiting());
