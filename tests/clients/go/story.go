// A helper's day with openapi-generator's Go client.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"story/qianshou"
)

var base = os.Getenv("QIANSHOU_URL") + "/api/v1"

func must[T any](value T, _ *http.Response, err error) T {
	if err != nil {
		var problem *qianshou.GenericOpenAPIError
		if errors.As(err, &problem) {
			log.Panicf("%v: %s", err, problem.Body())
		}
		log.Panic(err)
	}
	return value
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}

func same(is, should any) {
	if !reflect.DeepEqual(is, should) {
		log.Panicf("%v is not %v", is, should)
	}
}

func read(from io.Reader) []byte {
	all, err := io.ReadAll(from)
	check(err)
	return all
}

// refused gives the problem that a call was refused with.
func refused(status int, answer *http.Response, err error) qianshou.Problem {
	same(answer.StatusCode, status)
	var problem *qianshou.GenericOpenAPIError
	if !errors.As(err, &problem) {
		log.Panicf("no problem: %v", err)
	}
	return problem.Model().(qianshou.Problem)
}

func pointers(problem qianshou.Problem) []string {
	var all []string
	for _, field := range problem.GetErrors() {
		all = append(all, field.GetPointer())
	}
	return all
}

func random() string {
	bytes := make([]byte, 16)
	_, err := rand.Read(bytes)
	check(err)
	bytes[6] = bytes[6]&0x0f | 0x40
	bytes[8] = bytes[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:])
}

func main() {
	log.SetFlags(log.Lshortfile)
	configuration := qianshou.NewConfiguration()
	configuration.Servers = qianshou.ServerConfigurations{{URL: base}}
	client := qianshou.NewAPIClient(configuration)
	logIn := func(username, password string) (context.Context, string) {
		credentials := *qianshou.NewCredentials(username, password)
		session := must(client.AccessAPI.CreateSession(context.Background()).Credentials(credentials).Execute())
		return context.WithValue(context.Background(), qianshou.ContextAccessToken, session.Token), session.Token
	}
	today := time.Now().In(time.FixedZone("China", 8*3600))
	administrator, token := logIn(os.Getenv("QIANSHOU_ADMIN"), os.Getenv("QIANSHOU_PASSWORD"))

	// Someone who is responsible for a household gets an account, with a Chinese name.
	helper := ""
	for _, person := range must(client.StaffAPI.ListStaff(administrator).Limit(200).Execute()).Items {
		theirs := must(client.HouseholdsAPI.ListHouseholds(administrator).StaffId(person.Id).Limit(1).Execute())
		if len(theirs.Items) > 0 {
			helper = person.Id
			break
		}
	}
	same(helper == "", false)
	username := "王芳-" + random()[:8]
	input := qianshou.NewAccountInput(username, qianshou.ACCOUNTROLE_HELPER)
	input.SetStaffId(helper)
	made := must(client.AccessAPI.CreateAccount(administrator).AccountInput(*input).Execute())
	same(made.Account.Username, username)
	teacher, _ := logIn(username, made.GetPassword())

	// My households, and no others.
	mine := must(client.HouseholdsAPI.ListHouseholds(teacher).Mine(true).Execute()).Items
	household := must(client.HouseholdsAPI.GetHousehold(teacher, mine[0].Id).Execute())
	found := false
	for _, member := range household.Members {
		found = found || member.Name == mine[0].HeadName
	}
	same(found, true)
	fmt.Printf("%s: %d households; the first is %s, %s\n", username, len(mine), mine[0].HeadName, mine[0].Village)

	// One visit, sent twice by a bad network, logged once.
	visit := *qianshou.NewVisitInput(today.Format("2006-01-02"), qianshou.VISITKIND_PHONE)
	visit.SetSituationConfirmed(true)
	visit.SetWishes("盼孩子安心读完书")
	benefit := qianshou.NewDeliveredBenefit(qianshou.BENEFITKIND_SCHOOL_AID, "助学金")
	benefit.SetAmountFen(50_000)
	visit.Benefits = []qianshou.DeliveredBenefit{*benefit}
	send := func(key string) (*qianshou.Visit, *http.Response, error) {
		return client.VisitsAPI.LogVisit(teacher, household.Id).IdempotencyKey(key).VisitInput(visit).Execute()
	}
	key := random()
	logged := must(send(key))
	same(must(send(key)).Id, logged.Id)
	same(logged.VisitedOn, visit.VisitedOn)
	visit.SetWishes("盼有份工作")
	_, answer, err := send(key)
	same(refused(422, answer, err).Code, "idempotency_key_reused")
	fmt.Printf("visit %s logged once, though sent twice\n", logged.Id)

	// Problems say where.
	visit.SetKind(qianshou.VISITKIND_HOME)
	_, answer, err = send(random())
	same(pointers(refused(422, answer, err)), []string{"/met"})
	visit.SetWishes(strings.Repeat("长", 2001))
	_, answer, err = send(random())
	same(pointers(refused(400, answer, err)), []string{"/wishes"})
	_, answer, err = client.HouseholdsAPI.GetHousehold(teacher, random()).Execute()
	same(refused(404, answer, err).Code, "not_found")

	// A change says what it changes: what is absent stays, null clears.
	change := func(patch qianshou.StaffPatch) *qianshou.StaffMember {
		_, answer, err := client.StaffAPI.GetStaff(administrator, helper).Execute()
		check(err)
		etag := answer.Header.Get("ETag")
		return must(client.StaffAPI.UpdateStaff(administrator, helper).IfMatch(etag).StaffPatch(patch).Execute())
	}
	patch := qianshou.NewStaffPatch()
	patch.SetCapacity(7)
	same(change(*patch).GetCapacity(), int32(7))
	patch = qianshou.NewStaffPatch()
	patch.SetSpecialty("书法")
	changed := change(*patch)
	same(changed.GetCapacity(), int32(7))
	same(changed.GetSpecialty(), "书法")
	patch = qianshou.NewStaffPatch()
	patch.SetCapacityNil()
	cleared := change(*patch)
	same(cleared.Capacity.Get() == nil, true)
	same(cleared.GetSpecialty(), "书法")

	// A roster is uploaded and followed until it is looked through.
	roster := os.Getenv("QIANSHOU_ROSTER")
	content, err := os.ReadFile(roster)
	check(err)
	upload := func() *qianshou.ImportJob {
		// The client closes it.
		file, err := os.Open(roster)
		check(err)
		return must(client.RostersAPI.ImportHouseholds(administrator).File(file).IdempotencyKey(key).Execute())
	}
	job := upload()
	same(upload().Id, job.Id)
	same(int(job.FileBytes), len(content))
	// The generator reads an event stream as one JSON text and says that it cannot: what it has read
	// is left in the answer.
	_, answer, err = client.RostersAPI.StreamImportEvents(administrator, job.Id).Execute()
	same(err != nil, true)
	same(answer.StatusCode, 200)
	var last qianshou.ImportProgress
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		if data := bytes.TrimPrefix(lines.Bytes(), []byte("data:")); len(data) < len(lines.Bytes()) {
			check(json.Unmarshal(data, &last))
		}
	}
	same(last.State, qianshou.IMPORTSTATE_READY)
	ready := must(client.RostersAPI.GetImport(administrator, job.Id).Execute())
	same(ready.Version, last.Version)
	kept := must(client.RostersAPI.DownloadImportFile(administrator, job.Id).Execute())
	defer os.Remove(kept.Name())
	same(bytes.Equal(read(kept), content), true)
	same(must(client.RostersAPI.CancelImport(administrator, job.Id).Execute()).State, qianshou.IMPORTSTATE_CANCELLED)
	fmt.Println("import:", ready.Message)

	// A list, one by one, is the list.
	var whole, units []string
	for _, unit := range must(client.StaffAPI.ListUnits(administrator).Limit(200).Execute()).Items {
		whole = append(whole, unit.Id)
	}
	for request := client.StaffAPI.ListUnits(administrator).Limit(1); ; {
		page := must(request.Execute())
		for _, unit := range page.Items {
			units = append(units, unit.Id)
		}
		if page.GetNextCursor() == "" {
			break
		}
		request = request.Cursor(page.GetNextCursor())
	}
	same(units, whole)

	// The workbook is what anyone else gets, and is not sent twice.
	download := client.ProgressAPI.DownloadProgressWorkbook(administrator).Year(int32(today.Year()))
	workbook, answer, err := download.Execute()
	check(err)
	defer os.Remove(workbook.Name())
	generated := read(workbook)
	same(strings.Contains(answer.Header.Get("Content-Disposition"), "filename*=UTF-8''"), true)
	request, err := http.NewRequest("GET", fmt.Sprintf("%s/reports/progress?year=%d", base, today.Year()), nil)
	check(err)
	request.Header.Set("Authorization", "Bearer "+token)
	plain, err := http.DefaultClient.Do(request)
	check(err)
	defer plain.Body.Close()
	body := read(plain.Body)
	same(sha256.Sum256(generated), sha256.Sum256(body))
	_, again, err := download.IfNoneMatch(answer.Header.Get("ETag")).Execute()
	same(err != nil, true)
	same(again.StatusCode, 304)
	fmt.Printf("the workbook has %d bytes, %d units stand in pages of one\n", len(generated), len(units))
}
