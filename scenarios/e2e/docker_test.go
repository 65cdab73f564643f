package e2e

import (
	"bufio"
	"debug/elf"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"blackfriday/kafka"
	"blackfriday/kafka/connect"
	"blackfriday/kafka/realtest"
	"blackfriday/services/metrics"
	"blackfriday/services/standalone"
)

// There is no Docker engine where these tests run. They hold what the files say against each other, against the program,
// and against a real Kafka.

const (
	oneBroker     = "kafka/docker-compose.yml"
	threeBrokers  = "kafka/docker-compose.cluster.yml"
	withServices  = "kafka/docker-compose.monitoring.yml"
	dockerfile    = "kafka/Dockerfile"
	loopbackOnly  = "127.0.0.1"
	everyAddress  = "0.0.0.0"
	kafkaSetting  = "KAFKA_" // how the variables begin that the image turns into settings
	kafkaHeap     = "KAFKA_HEAP_OPTS"
	clusterID     = "CLUSTER_ID"
	internalLabel = "INTERNAL"
	externalLabel = "EXTERNAL"
)

// compose is what the tests read of a compose file.
type compose struct {
	Services map[string]container
	Volumes  map[string]any
}

type container struct {
	Image       string
	Hostname    string
	Build       struct{ Context, Dockerfile string }
	Ports       []string
	Environment map[string]string
	Command     []string
	Volumes     []string
	DependsOn   any `yaml:"depends_on"`
	Healthcheck struct{ Test []string }
	ReadOnly    bool     `yaml:"read_only"`
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
}

func readCompose(t *testing.T, name string) compose {
	t.Helper()
	var c compose
	if err := yaml.Unmarshal([]byte(read(t, name)), &c); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(c.Services) == 0 {
		t.Fatalf("%s has no services", name)
	}
	return c
}

// brokers are the containers of a file that run Kafka, by their name.
func (c compose) brokers() map[string]container {
	all := maps.Clone(c.Services)
	maps.DeleteFunc(all, func(_ string, one container) bool { return !strings.HasPrefix(one.Image, "apache/kafka:") })
	return all
}

// published are the ports of this machine that lead into a container. It fails unless they do so on the loopback, to the
// same port.
func (c container) published(t *testing.T) (ports []int) {
	t.Helper()
	for _, p := range c.Ports {
		parts := strings.Split(p, ":")
		if len(parts) != 3 || parts[0] != loopbackOnly || parts[1] != parts[2] {
			t.Errorf("port %s is not one of the loopback that leads to the same port", p)
			continue
		}
		n, err := strconv.Atoi(parts[1])
		if err != nil {
			t.Error(err)
		}
		ports = append(ports, n)
	}
	return ports
}

// listeners reads "NAME://host:port,…".
func listeners(t *testing.T, list string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for one := range strings.SplitSeq(list, ",") {
		name, address, ok := strings.Cut(one, "://")
		if !ok || all[name] != "" {
			t.Fatalf("%s is no listener, or stands there twice", one)
		}
		all[name] = address
	}
	return all
}

func port(t *testing.T, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheImagesArePinned(t *testing.T) {
	pinned := regexp.MustCompile(`^[\w./-]+:v?\d+\.\d+\.\d+$`)
	for _, name := range []string{oneBroker, threeBrokers, withServices} {
		file := readCompose(t, name)
		for service, c := range file.Services {
			if c.Build.Dockerfile == "" && !pinned.MatchString(c.Image) {
				t.Errorf("%s: %s runs %q, which may be another one tomorrow", name, service, c.Image)
			}
			if b := c.Build; b.Dockerfile != "" && filepath.Join("kafka", b.Context, b.Dockerfile) != dockerfile {
				t.Errorf("%s: %s is built from %+v", name, service, b)
			}
			for _, v := range c.Volumes {
				from, _, _ := strings.Cut(v, ":")
				if _, declared := file.Volumes[from]; declared {
					continue
				}
				if _, err := os.Stat(filepath.Join(moduleRoot(t), "kafka", from)); err != nil || !strings.HasPrefix(from, "./") {
					t.Errorf("%s: %s mounts %s, which is not there: %v", name, service, from, err)
				}
			}
			c.published(t)
		}
		for service, c := range file.brokers() {
			if want := "apache/kafka:" + realtest.Version; c.Image != want {
				t.Errorf("%s: %s runs %s; what is tested is %s", name, service, c.Image, want)
			}
		}
	}
}

func TestClientsFindTheBrokersOfTheContainers(t *testing.T) {
	first := port(t, connect.LocalBroker)
	for name, want := range map[string]int{oneBroker: 1, threeBrokers: 3} {
		file := readCompose(t, name)
		brokers := file.brokers()
		if len(brokers) != want {
			t.Errorf("%s has %d brokers, want %d", name, len(brokers), want)
		}
		var inside, voters []string
		outside := map[int]bool{}
		for service, c := range brokers {
			env := c.Environment
			own, told := listeners(t, env["KAFKA_LISTENERS"]), listeners(t, env["KAFKA_ADVERTISED_LISTENERS"])
			inside = append(inside, told[internalLabel])
			voters = append(voters, fmt.Sprintf("%s@%s:%d", env["KAFKA_NODE_ID"], service, port(t, own["CONTROLLER"])))
			if c.Hostname != service || told[internalLabel] != fmt.Sprintf("%s:%d", service, port(t, own[internalLabel])) {
				t.Errorf("%s: containers look for %s under another name than %s, or at another port", name, service, told[internalLabel])
			}
			n := port(t, told[externalLabel])
			outside[n] = true
			if told[externalLabel] != fmt.Sprintf("localhost:%d", n) || n != port(t, own[externalLabel]) || !slices.Equal(c.published(t), []int{n}) {
				t.Errorf("%s: programs of this machine look for %s at %s, and reach %v", name, service, told[externalLabel], c.Ports)
			}
			if len(told) != 2 || len(own) != 3 {
				t.Errorf("%s: %s listens at %v and says %v", name, service, own, told)
			}
			for label := range own {
				if !strings.Contains(env["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"], label+":PLAINTEXT") {
					t.Errorf("%s: %s has no protocol for %s", name, service, label)
				}
			}
			check := strings.Join(c.Healthcheck.Test, " ")
			if !strings.Contains(check, "--bootstrap-server "+told[internalLabel]) && !strings.Contains(check, fmt.Sprintf("--bootstrap-server $$(hostname):%d", port(t, own[internalLabel]))) {
				t.Errorf("%s: %s is asked for its health elsewhere: %s", name, service, check)
			}
		}
		slices.Sort(inside)
		slices.Sort(voters)
		for service, c := range brokers {
			if got := strings.Split(c.Environment["KAFKA_CONTROLLER_QUORUM_VOTERS"], ","); !slices.Equal(got, voters) {
				t.Errorf("%s: %s believes in the voters %v, and there are %v", name, service, got, voters)
			}
		}
		for i := range want {
			if !outside[first+i] {
				t.Errorf("%s: no broker is at localhost:%d, where the lab has one", name, first+i)
			}
		}
		seeds := strings.Split(file.Services["kafka-ui"].Environment["KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS"], ",")
		if got := slices.Sorted(slices.Values(seeds)); !slices.Equal(got, inside) {
			t.Errorf("%s: Kafka UI looks at %v, and the brokers are %v", name, got, inside)
		}
		if ports := file.Services["kafka-ui"].published(t); !slices.Equal(ports, []int{8080}) {
			t.Errorf("%s: Kafka UI is at %v", name, ports)
		}
		// The services of docker-compose.monitoring.yml stand beside either file.
		for service, c := range readCompose(t, withServices).Services {
			if at, set := c.Environment[connect.BrokersVariable]; set && !slices.Contains(inside, at) {
				t.Errorf("%s looks for Kafka at %s, and %s has %v", service, at, name, inside)
			}
		}
	}
}

func TestTheContainersOfTheServicesAreMonitored(t *testing.T) {
	file := readCompose(t, withServices)
	var config struct {
		ScrapeConfigs []struct {
			JobName       string                       `yaml:"job_name"`
			StaticConfigs []struct{ Targets []string } `yaml:"static_configs"`
			DNS           []struct {
				Names []string
				Port  int
			} `yaml:"dns_sd_configs"`
		} `yaml:"scrape_configs"`
	}
	if err := yaml.Unmarshal([]byte(read(t, monitoring+"/prometheus.yml")), &config); err != nil {
		t.Fatal(err)
	}
	scraped := []string{}
	for _, job := range config.ScrapeConfigs {
		for _, s := range job.StaticConfigs {
			scraped = append(scraped, s.Targets...)
		}
		for _, d := range job.DNS {
			for _, name := range d.Names {
				scraped = append(scraped, fmt.Sprintf("%s:%d", name, d.Port))
			}
		}
	}
	for i, service := range append(standalone.Services(), "lab") {
		c, found := file.Services[service]
		if !found || c.Environment[connect.BrokersVariable] == "" || !c.ReadOnly {
			t.Errorf("no container runs the %s service as it should: %+v", service, c)
		}
		if asks := service != "lab"; asks != slices.Contains(c.Command, "--yes") {
			t.Errorf("nobody is there to answer for %s: %v", service, c.Command)
		}
		if want := fmt.Sprintf("%s:%d", service, metrics.DefaultPort); !slices.Contains(scraped, want) {
			t.Errorf("Prometheus asks %v, and not %s", scraped, want)
		}
		if at := slices.Index(c.Command, "--metrics"); at < 0 || c.Command[at+1] != fmt.Sprintf("%s:%d", everyAddress, metrics.DefaultPort) {
			t.Errorf("%s publishes no numbers: %v", service, c.Command)
		}
		// Several order containers cannot share a port of this machine; the lab that observes has none.
		want := []int{8000 + i}
		if service == standalone.Order || service == "lab" {
			want = nil
		}
		if got := c.published(t); !slices.Equal(got, want) {
			t.Errorf("%s is at %v, want %v", service, got, want)
		}
	}
	if len(scraped) != 5 {
		t.Errorf("Prometheus asks %v", scraped)
	}
	provider := read(t, monitoring+"/grafana/provisioning/dashboards/blackfriday.yml")
	source := read(t, monitoring+"/grafana/provisioning/datasources/prometheus.yml")
	grafana := strings.Join(file.Services["grafana"].Volumes, " ")
	if !strings.Contains(provider, "/var/lib/grafana/dashboards") || !strings.Contains(grafana, ":/var/lib/grafana/dashboards:") ||
		!strings.Contains(grafana, ":/etc/grafana/provisioning:") || !strings.Contains(source, "http://prometheus:9090") {
		t.Errorf("Grafana does not find its dashboard or its Prometheus:\n%s%s%s", provider, source, grafana)
	}
}

// properties are the settings that Apache's image makes of its environment: KAFKA_ is cut off, three underscores stand for
// a dash, two for an underscore, and one for a dot.
func (c container) properties() map[string]string {
	names := strings.NewReplacer("___", "-", "__", "_", "_", ".")
	all := map[string]string{}
	for name, value := range c.Environment {
		if rest, ok := strings.CutPrefix(name, kafkaSetting); ok && name != kafkaHeap {
			all[names.Replace(strings.ToLower(rest))] = value
		}
	}
	return all
}

// TestKafkaTakesTheSettings has Kafka format a directory with each broker's settings as they stand: it refuses listeners,
// voters and a cluster id that do not fit together.
func TestKafkaTakesTheSettings(t *testing.T) {
	tools := realtest.NeedTools(t)
	for _, name := range []string{oneBroker, threeBrokers} {
		for service, c := range readCompose(t, name).brokers() {
			t.Run(filepath.Base(name)+"/"+service, func(t *testing.T) {
				dir := t.TempDir()
				settings := c.properties()
				settings["log.dirs"] = filepath.Join(dir, "data") // the image's does not exist here
				var text strings.Builder
				for key, value := range settings {
					fmt.Fprintf(&text, "%s=%s\n", key, value)
				}
				file := filepath.Join(dir, "server.properties")
				if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
					t.Fatal(err)
				}
				if out, err := tools.Run(t.Context(), "", "storage", "format", "-t", c.Environment[clusterID], "-c", file); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			})
		}
	}
}

// where are the settings that say where a broker is: in a test it is elsewhere.
func where() []string {
	return []string{
		"node.id", "process.roles", "listeners", "advertised.listeners", "listener.security.protocol.map", "inter.broker.listener.name",
		"controller.listener.names", "controller.quorum.voters", "log.dirs",
	}
}

func TestARealKafkaRunsWithTheSettings(t *testing.T) {
	for name, replicas := range map[string][2]string{oneBroker: {"1", "1"}, threeBrokers: {"3", "2"}} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			file := readCompose(t, name)
			c := file.Services["kafka"]
			settings := c.properties()
			for _, key := range where() {
				delete(settings, key)
			}
			if got := [2]string{settings["default.replication.factor"], settings["min.insync.replicas"]}; got != replicas {
				t.Errorf("replicas and those in sync: %v, want %v", got, replicas)
			}
			_, heap, _ := strings.Cut(c.Environment[kafkaHeap], "-Xmx")
			running := realtest.Start(t, realtest.Options{Brokers: len(file.brokers()), Properties: settings, Heap: heap})
			described, err := running.Tool(t.Context(), "configs", "--describe", "--all", "--entity-type", "brokers", "--entity-name", "1")
			if err != nil {
				t.Fatal(err)
			}
			for key, value := range settings {
				if !strings.Contains(described, "\n  "+key+"="+value+" ") {
					t.Errorf("Kafka does not know of %s=%s", key, value)
				}
			}
			cluster, err := kafka.Open(t.Context(), kafka.Config{Brokers: running.Brokers()})
			if err != nil {
				t.Fatal(err)
			}
			defer cluster.Close()
			session, heartbeat, err := cluster.GroupTimeouts(t.Context(), kafka.OrderGroup)
			if err != nil || session != 6*time.Second || heartbeat != time.Second {
				t.Errorf("KIP-848 groups have a session timeout of %v and a heartbeat of %v, %v", session, heartbeat, err)
			}
			if p := cluster.Config().Protocol; p != kafka.ConsumerProtocol {
				t.Errorf("the lab speaks %v there, want KIP-848", p)
			}
			// The health check of the container, without the shell around it.
			if out, err := running.Tool(t.Context(), "broker-api-versions"); err != nil || !strings.Contains(out, "isFenced: false") {
				t.Errorf("the health check fails: %v\n%.300s", err, out)
			}
		})
	}
}

// buildForImage builds the program as the Dockerfile does.
func buildForImage(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: the program is not built and driven")
	}
	line := regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0) go build (.+) -o /blackfriday \.$`).FindStringSubmatch(read(t, dockerfile))
	if line == nil {
		t.Fatal("the Dockerfile has no line that builds a static program")
	}
	name := filepath.Join(t.TempDir(), "blackfriday")
	cmd := exec.Command("go", append([]string{"build"}, append(strings.Fields(strings.ReplaceAll(line[2], "'-s -w'", "-s")), "-o", name, ".")...)...)
	cmd.Dir, cmd.Env = moduleRoot(t), append(os.Environ(), line[1])
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

func TestTheDockerfile(t *testing.T) {
	text := read(t, dockerfile)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))[1]
	for _, want := range []string{"FROM golang:" + version + "-alpine AS build\n", "FROM scratch\n", "USER 65532:65532\n", `ENTRYPOINT ["/blackfriday"]`,
		// What is built is what is started, and Go looks for who signs certificates there.
		" -o /blackfriday .\n", "COPY --from=build /blackfriday /blackfriday\n",
		"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("the Dockerfile has no %q", want)
		}
	}
	exposed := strings.Fields(regexp.MustCompile(`(?m)^EXPOSE (.+)$`).FindStringSubmatch(text)[1])
	want := []string{strconv.Itoa(metrics.DefaultPort), "8000", "8001", "8002", "8003"}
	if !slices.Equal(exposed, want) {
		t.Errorf("the image exposes %v, want %v", exposed, want)
	}
}

// TestTheContainersRun runs what the containers run, as the image has it, on a broker of the lab: only addresses and ports
// are others.
func TestTheContainersRun(t *testing.T) {
	name := buildForImage(t)
	if binary, err := elf.Open(name); err == nil { // nil on Linux, which is what the image is
		if binary.Section(".interp") != nil || binary.Section(".dynamic") != nil {
			t.Error("the program is not static: nothing would start it in an empty image")
		}
		binary.Close()
	}
	s := serve(t, "--delay", "0s")
	commands := map[string][]string{}
	for service, c := range readCompose(t, withServices).Services {
		if c.Build.Dockerfile != "" {
			commands[service] = c.Command
		}
	}
	var standard []string
	if err := yaml.Unmarshal([]byte(regexp.MustCompile(`(?m)^CMD (.+)$`).FindStringSubmatch(read(t, dockerfile))[1]), &standard); err != nil {
		t.Fatal(err)
	}
	commands["the image's own"] = standard
	for service, args := range commands {
		t.Run(service, func(t *testing.T) {
			args := slices.Clone(args)
			for i, arg := range args {
				args[i] = strings.ReplaceAll(strings.ReplaceAll(arg, everyAddress, loopbackOnly), fmt.Sprint(":", metrics.DefaultPort), ":0")
			}
			ran := exec.Command(name, args...)
			// Nothing is there in the image: no home, no user.
			ran.Env = []string{connect.BrokersVariable + "=" + s.brokers(), "PORT=0"}
			awaitWord(t, ran, map[bool]string{true: `"ready":true`, false: " answers "}[args[0] == "serve"])
		})
	}
}

// awaitWord starts a program, waits until it says a word, and ends it politely.
func awaitWord(t *testing.T, cmd *exec.Cmd, word string) {
	t.Helper()
	var errs lockedBuffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	said, found := "", false
	for r := bufio.NewReader(out); !found; {
		line, err := r.ReadString('\n')
		said += line
		if found = strings.Contains(line, word); err != nil {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && found {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil || !found {
		t.Errorf("%v: %v, said %q: %v\n%s%s", cmd.Args, err, word, found, said, errs.String())
	}
}
