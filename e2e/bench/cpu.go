package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is the time on a CPU of each thread of some processes, in nanoseconds: /proc/PID/stat would
// count it in ticks of ten milliseconds.
type usage map[string]time.Duration

func usageOf(pids []int) usage {
	u := usage{}
	for _, pid := range pids {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				continue // the thread has just ended
			}
			ran, _, _ := strings.Cut(string(text), " ")
			nanoseconds, _ := strconv.ParseInt(ran, 10, 64)
			u[file] = time.Duration(nanoseconds)
		}
	}
	return u
}

// since is what has been used after before was taken.
func (u usage) since(before usage) (total time.Duration) {
	for thread, used := range u {
		total += used - before[thread]
	}
	return total
}

// family is pid and its children: a PostgreSQL server has a process per connection.
func family(pid int) []int {
	pids := []int{pid}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// The name in parentheses may hold anything; what follows is state, then the parent.
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) > 1 && fields[1] == strconv.Itoa(pid) {
			child, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			pids = append(pids, child)
		}
	}
	return pids
}

// resident is the memory of pid in bytes.
func resident(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// onThread is the CPU time of this thread so far, which the caller must be locked to.
func onThread() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var r syscall.Rusage
	_ = syscall.Getrusage(thread, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
