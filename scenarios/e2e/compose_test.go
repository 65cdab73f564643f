package e2e

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"blackfriday/kafka/connect"
	"blackfriday/services/standalone"
)

// These tests hold what only a Docker engine would notice otherwise: where files are mounted, who waits for whom, and what a
// container may do.

// mounts are the volumes of a container: what lies at a path of it.
func (c container) mounts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, v := range c.Volumes {
		from, rest, _ := strings.Cut(v, ":")
		to, mode, _ := strings.Cut(rest, ":")
		if strings.HasPrefix(from, "./") && mode != "ro" {
			t.Errorf("%s can be written to by a container", from)
		}
		all[to] = from
	}
	return all
}

func TestTheBrokersOfTheContainersKeepTheirRecords(t *testing.T) {
	clusters := map[string]bool{}
	for name, replicas := range map[string]string{oneBroker: "1", threeBrokers: "3"} {
		file := readCompose(t, name)
		volumes, ids := map[string]bool{}, map[string]bool{}
		for service, c := range file.brokers() {
			env := c.Environment
			from := c.mounts(t)[env["KAFKA_LOG_DIRS"]]
			if _, declared := file.Volumes[from]; !declared || volumes[from] {
				t.Errorf("%s: the records of %s are in %s, which is on the volume %q: no volume of its own", name, service, env["KAFKA_LOG_DIRS"], from)
			}
			volumes[from], ids[env[clusterID]] = true, true
			for key, want := range map[string]string{
				"KAFKA_DEFAULT_REPLICATION_FACTOR":               replicas,
				"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR":         replicas,
				"KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": replicas,
				"KAFKA_MIN_INSYNC_REPLICAS":                      map[string]string{"1": "1", "3": "2"}[replicas],
				"KAFKA_TRANSACTION_STATE_LOG_MIN_ISR":            map[string]string{"1": "1", "3": "2"}[replicas],
				"KAFKA_INTER_BROKER_LISTENER_NAME":               internalLabel,
				"KAFKA_CONTROLLER_LISTENER_NAMES":                "CONTROLLER",
				"KAFKA_PROCESS_ROLES":                            "broker,controller",
				"KAFKA_AUTO_CREATE_TOPICS_ENABLE":                "false",
			} {
				if env[key] != want {
					t.Errorf("%s: %s has %s=%s, want %s", name, service, key, env[key], want)
				}
			}
			if raw, err := base64.RawURLEncoding.DecodeString(env[clusterID]); err != nil || len(raw) != 16 || len(env[clusterID]) != 22 {
				t.Errorf("%s: %s is no UUID as Kafka writes them: %v", name, env[clusterID], err)
			}
			if clusters[env[clusterID]] {
				t.Errorf("%s has the cluster id of another file", name)
			}
		}
		if len(ids) != 1 {
			t.Errorf("%s: its brokers are of the clusters %v", name, ids)
		}
		maps.Copy(clusters, ids)
		if len(file.Volumes) != len(volumes) {
			t.Errorf("%s declares the volumes %v, and its brokers use %v", name, file.Volumes, volumes)
		}
	}
}

func TestTheContainersWaitAndMayDoNothing(t *testing.T) {
	healthy := map[string]any{"kafka": map[string]any{"condition": "service_healthy"}}
	for _, name := range []string{oneBroker, threeBrokers, withServices} {
		for service, c := range readCompose(t, name).Services {
			waits, built := c.Environment[connect.BrokersVariable] != "", c.Build.Dockerfile != ""
			if got, ok := c.DependsOn.(map[string]any); (waits || service == "kafka-ui") && (!ok || len(got) != 1 || !maps.Equal(got["kafka"].(map[string]any), healthy["kafka"].(map[string]any))) {
				t.Errorf("%s: %s does not wait for a broker that is well: %v", name, service, c.DependsOn)
			}
			if built && (!slices.Equal(c.CapDrop, []string{"ALL"}) || !slices.Equal(c.SecurityOpt, []string{"no-new-privileges:true"}) || !c.ReadOnly) {
				t.Errorf("%s: %s may do what it need not: %v, %v, read only: %v", name, service, c.CapDrop, c.SecurityOpt, c.ReadOnly)
			}
		}
	}
	for service, c := range readCompose(t, withServices).Services {
		// One creates the topics, and the others wait for them.
		if creates := slices.Contains(c.Command, "--create-topics"); creates != (service == standalone.Payment) {
			t.Errorf("%s creates topics: %v", service, creates)
		}
	}
}

func TestPrometheusAndGrafanaFindTheirFiles(t *testing.T) {
	file := readCompose(t, withServices)
	grafana, prometheus := file.Services["grafana"], file.Services["prometheus"]
	if got := prometheus.published(t); !slices.Equal(got, []int{9090}) {
		t.Errorf("Prometheus is at %v", got)
	}
	if got := grafana.published(t); !slices.Equal(got, []int{3000}) {
		t.Errorf("Grafana is at %v", got)
	}
	var config struct {
		RuleFiles     []string `yaml:"rule_files"`
		ScrapeConfigs []struct {
			JobName       string `yaml:"job_name"`
			StaticConfigs []struct{ Targets []string }
		} `yaml:"scrape_configs"`
	}
	for _, name := range []string{"/prometheus.yml", "/prometheus.local.yml"} {
		unmarshal(t, monitoring+name, &config)
		// The alerts and the dashboard ask for the job by its name.
		if config.ScrapeConfigs[0].JobName != "lab" || !slices.Equal(config.RuleFiles, []string{"alerts.yml"}) {
			t.Errorf("%s: job %s, rules %v", name, config.ScrapeConfigs[0].JobName, config.RuleFiles)
		}
	}
	// The image reads /etc/prometheus/prometheus.yml, and looks for the rules beside it.
	if got, want := prometheus.mounts(t), (map[string]string{
		"/etc/prometheus/prometheus.yml": "./monitoring/prometheus.yml", "/etc/prometheus/alerts.yml": "./monitoring/alerts.yml",
	}); !maps.Equal(got, want) {
		t.Errorf("Prometheus finds %v, want %v", got, want)
	}
	const dashboards = "/var/lib/grafana/dashboards"
	if got, want := grafana.mounts(t), (map[string]string{
		"/etc/grafana/provisioning": "./monitoring/grafana/provisioning", dashboards: "./monitoring/grafana/dashboards",
	}); !maps.Equal(got, want) {
		t.Errorf("Grafana finds %v, want %v", got, want)
	}
	home := grafana.Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
	if rest, ok := strings.CutPrefix(home, dashboards+"/"); !ok || read(t, monitoring+"/grafana/dashboards/"+rest) == "" {
		t.Errorf("Grafana begins with %s, which is not there", home)
	}
	for variable, want := range map[string]string{"GF_AUTH_ANONYMOUS_ENABLED": "true", "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer"} {
		if got := grafana.Environment[variable]; got != want {
			t.Errorf("Grafana has %s=%s", variable, got)
		}
	}
	if got, ok := grafana.DependsOn.([]any); !ok || !slices.Equal(got, []any{"prometheus"}) {
		t.Errorf("Grafana waits for %v", grafana.DependsOn)
	}
}

func unmarshal(t *testing.T, name string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, name)), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func TestGrafanaIsProvisioned(t *testing.T) {
	var sources struct {
		APIVersion  int `yaml:"apiVersion"`
		Datasources []struct {
			Name, UID, Type, URL string
			IsDefault            bool `yaml:"isDefault"`
		}
	}
	unmarshal(t, monitoring+"/grafana/provisioning/datasources/prometheus.yml", &sources)
	var providers struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Name, Type string
			Options    struct{ Path string }
		}
	}
	unmarshal(t, monitoring+"/grafana/provisioning/dashboards/blackfriday.yml", &providers)
	var dashboard struct {
		Templating struct {
			List []struct{ Name, Type, Query any }
		}
	}
	if err := json.Unmarshal([]byte(read(t, monitoring+"/grafana/dashboards/blackfriday.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	if sources.APIVersion != 1 || len(sources.Datasources) != 1 || providers.APIVersion != 1 || len(providers.Providers) != 1 {
		t.Fatalf("Grafana is given %+v and %+v", sources, providers)
	}
	source, variable := sources.Datasources[0], dashboard.Templating.List[0]
	// The dashboard takes the data source by its type, and the address is the container's.
	if source.Type != "prometheus" || source.UID != "prometheus" || !source.IsDefault || source.URL != "http://prometheus:9090" ||
		variable.Type != "datasource" || variable.Query != source.Type {
		t.Errorf("the dashboard asks for %+v, and there is %+v", variable, source)
	}
	if p := providers.Providers[0]; p.Type != "file" || p.Options.Path != "/var/lib/grafana/dashboards" {
		t.Errorf("dashboards come from %+v", p)
	}
}

// ignored says whether a line of .dockerignore leaves a file of the repository out.
func ignored(line, file string) bool {
	for at := file; at != "."; at = path.Dir(at) {
		if match, err := path.Match(line, at); err != nil || match {
			return true
		}
	}
	return false
}

func TestTheImageIsBuiltFromEverythingItNeeds(t *testing.T) {
	var lines []string
	for line := range strings.Lines(read(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	cmd := exec.Command("go", "list", "-deps", "-f", `{{if and .Module .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}
{{end}}{{end}}`, ".")
	cmd.Dir = moduleRoot(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := append(strings.Fields(string(out)), filepath.Join(cmd.Dir, "go.mod"), filepath.Join(cmd.Dir, "go.sum"))
	if len(files) < 100 {
		t.Errorf("only %d files are needed", len(files))
	}
	for _, file := range files {
		relative, err := filepath.Rel(cmd.Dir, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if ignored(line, filepath.ToSlash(relative)) {
				t.Errorf("%q leaves %s out of the image", line, relative)
			}
		}
	}
	if !slices.Contains(lines, ".git") || !ignored(".git", ".git/config") || !ignored("kafka/docker-compose*.yml", "kafka/docker-compose.yml") {
		t.Error("history and compose files are sent to the image's builder")
	}
}
