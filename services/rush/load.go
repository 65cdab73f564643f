package rush

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/phrase"
	"blackfriday/services/event"
)

// localPayment is where a lab on this machine takes payments unless it is told otherwise.
const localPayment = "http://127.0.0.1:8000/payment"

// The sizes of a load.
const (
	loadNormal, clientsNormal   = 100, 20
	loadIntense, clientsIntense = 500, 50
	loadMost, clientsMost       = 100_000, 1_000
)

// loadPatience is how long an answer may take: longer than the payment service waits for Kafka.
const loadPatience = 15 * time.Second

// loadFlags are what `load` was asked for.
type loadFlags struct {
	url        string
	n, clients int
	intense    bool
	threshold  float64
	json       bool
	code       string // of a classroom; empty: none is asked for
	meter      Meter
}

func load(getenv func(string) string, meter Meter) *cobra.Command {
	f := &loadFlags{meter: meter}
	cmd := &cobra.Command{
		Use: "load", Short: "Send many payments over HTTP, from many customers at once",
		Long: "Sends payments to the payment service of a lab that runs, as customers do, and tells how many were taken and how long\n" +
			"the answers took. It exits with 3 when fewer were taken than --threshold says.",
		Example: "  blackfriday load\n  blackfriday load -n 1000 -c 50\n  blackfriday load --intense --json",
		Args:    func(cmd *cobra.Command, args []string) error { return connect.Misuse(cobra.NoArgs(cmd, args)) },
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.code = getenv(connect.CodeVariable)
			if err := f.check(cmd); err != nil {
				return connect.Misuse(err)
			}
			return f.run(cmd)
		},
	}
	cmd.Flags().StringVar(&f.url, "url", localPayment, "where payments are taken (with $"+connect.CodeVariable+" as a student of a classroom)")
	cmd.Flags().IntVarP(&f.n, "number", "n", loadNormal, fmt.Sprintf("how many payments, 1 to %d", loadMost))
	cmd.Flags().IntVarP(&f.clients, "clients", "c", clientsNormal, fmt.Sprintf("how many customers pay at the same time, 1 to %d", clientsMost))
	cmd.Flags().BoolVar(&f.intense, "intense", false, fmt.Sprintf("%d payments, %d customers", loadIntense, clientsIntense))
	cmd.Flags().Float64Var(&f.threshold, "threshold", 95, "success rate below which the shop did not hold, in percent")
	jsonFlag(cmd, &f.json)
	return cmd
}

func (f *loadFlags) check(cmd *cobra.Command) error {
	set := cmd.Flags().Changed
	if f.intense && (set("number") || set("clients")) {
		return phrase.Errorf("--intense says how many payments and customers: leave it out, or -n and -c")
	}
	if f.intense {
		f.n, f.clients = loadIntense, clientsIntense
	}
	where, err := url.Parse(f.url)
	switch {
	case err != nil || where.Host == "" || where.Scheme != "http" && where.Scheme != "https":
		return phrase.Errorf("--url %q: it takes an address such as %s", f.url, localPayment)
	case f.n < 1 || f.n > loadMost:
		return phrase.Errorf("-n %d: between 1 and %d", f.n, loadMost)
	case f.clients < 1 || f.clients > clientsMost:
		return phrase.Errorf("-c %d: between 1 and %d", f.clients, clientsMost)
	case !(f.threshold >= 0 && f.threshold <= 100):
		return phrase.Errorf("--threshold %v: between 0 and 100", f.threshold)
	}
	if where.Path == "" || where.Path == "/" {
		where.Path = "/payment"
		f.url = where.String()
	}
	return nil
}

// answer is what became of one payment.
type answer struct {
	took time.Duration
	ok   bool
	why  string // why not: the status and the service's words, or the error
}

// run sends everything, and tells what became of it.
func (f *loadFlags) run(cmd *cobra.Command) error {
	ctx := cmd.Context()
	client := &http.Client{Timeout: loadPatience, Transport: &http.Transport{MaxIdleConnsPerHost: f.clients}}
	defer client.CloseIdleConnections()
	if err := f.knock(ctx, client); err != nil {
		return &connect.ExitError{Code: connect.ExitNoCluster, Err: err}
	}
	answers := make([]answer, f.n)
	var next, done atomic.Int64
	stop := f.meter(phrase.New("payments answered"), func() (int64, int64) { return done.Load(), int64(f.n) })
	began := time.Now()
	var customers sync.WaitGroup
	seed := rand.Uint64()
	for c := range min(f.clients, f.n) {
		customers.Go(func() {
			basket := event.NewGenerator(seed + uint64(c))
			for i := next.Add(1) - 1; i < int64(f.n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				answers[i] = f.pay(ctx, client, basket)
				done.Add(1)
			}
		})
	}
	customers.Wait()
	took := time.Since(began)
	stop()
	if ctx.Err() != nil {
		answers = slices.DeleteFunc(answers, func(a answer) bool { return a.took == 0 })
	}
	result := judge(answers, took, f.clients, f.threshold)
	err := say(cmd, f.json, result, result.text())
	switch {
	case ctx.Err() != nil:
		err = errors.Join(phrase.Errorf("interrupted after %d of %d payments", len(answers), f.n), err)
	case !result.Passed:
		err = errors.Join(connect.Short(phrase.Errorf("%s %% of the payments were taken, fewer than %v %%", phrase.Decimal{Value: result.SuccessRate, Digits: 1}, f.threshold)), err)
	}
	return err
}

// knock asks whether anybody takes payments there. What answers at all will say the rest.
func (f *loadFlags) knock(ctx context.Context, client *http.Client) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, f.url, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return phrase.Errorf("no lab takes payments at %s: start one with blackfriday, or name another address with --url: %w", f.url, err)
	}
	return resp.Body.Close()
}

// mostWords bounds how much of an answer is read.
const mostWords = 64 << 10

// pay makes one payment.
func (f *loadFlags) pay(ctx context.Context, client *http.Client, basket *event.Generator) answer {
	began := time.Now()
	body := basket.Append(nil, began)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url, strings.NewReader(string(body)))
	if err != nil {
		return answer{took: time.Since(began), why: err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	if f.code != "" {
		req.SetBasicAuth(kafka.StudentUser, f.code)
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{took: max(1, time.Since(began)), why: reason(err)}
	}
	words, err := io.ReadAll(io.LimitReader(resp.Body, mostWords))
	err = errors.Join(err, resp.Body.Close())
	a := answer{took: max(1, time.Since(began)), ok: err == nil && resp.StatusCode == http.StatusOK}
	switch {
	case a.ok:
	case err != nil:
		a.why = reason(err)
	default:
		a.why = strconv.Itoa(resp.StatusCode) + " " + strings.TrimSpace(string(words))
	}
	return a
}

// reason is an error without the address, which is the same for all.
func reason(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return event.Visible(cmp.Or(err.Error(), "no answer"))
}
