// The page leaves by itself when every frame has loaded. An app that does not answer holds nobody up.
setTimeout(() => location.replace(document.querySelector("a.button").href), 5000);
