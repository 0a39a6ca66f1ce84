package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is one browser process; every person using it has a context of their own, with its own
// cookies.
var chromium = sync.OnceValues(func() (context.Context, error) {
	program, err := findChromium()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(lab.dir, "chromium-")
	if err != nil {
		return nil, err
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(filepath.Join(dir, "profile")), chromedp.Env("HOME=" + dir),
		chromedp.NoFirstRun, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("headless", "new"), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("disable-extensions", true),
		// A tab behind another one is a tab all the same.
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		// The app of the tests is at https://app.example: a name with a certificate of its own.
		chromedp.Flag("host-resolver-rules", "MAP app.example 127.0.0.1"),
		chromedp.Flag("ignore-certificate-errors", true),
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	browser, close := chromedp.NewContext(allocator)
	lab.atEnd(func() { close(); end() })
	return browser, chromedp.Do(browser)
})

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", errors.New("Chromium is not installed: apt-get install chromium")
}

// newBrowser is a person's own browser: nobody is signed in, nothing is remembered.
func newBrowser(t testing.TB) context.Context {
	t.Helper()
	browser := must[context.Context](t)(chromium())
	own, close := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(close)
	if err := chromedp.Do(own); err != nil {
		t.Fatal(err)
	}
	return own
}
