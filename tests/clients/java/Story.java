import cn.qianshou.client.ApiClient;
import cn.qianshou.client.ApiException;
import cn.qianshou.client.ApiResponse;
import cn.qianshou.client.api.AccessApi;
import cn.qianshou.client.api.HouseholdsApi;
import cn.qianshou.client.api.ProgressApi;
import cn.qianshou.client.api.RostersApi;
import cn.qianshou.client.api.StaffApi;
import cn.qianshou.client.api.VisitsApi;
import cn.qianshou.client.model.AccountInput;
import cn.qianshou.client.model.AccountRole;
import cn.qianshou.client.model.AccountWithPassword;
import cn.qianshou.client.model.BenefitKind;
import cn.qianshou.client.model.Credentials;
import cn.qianshou.client.model.DeliveredBenefit;
import cn.qianshou.client.model.FieldProblem;
import cn.qianshou.client.model.Household;
import cn.qianshou.client.model.HouseholdSummary;
import cn.qianshou.client.model.ImportJob;
import cn.qianshou.client.model.ImportProgress;
import cn.qianshou.client.model.ImportState;
import cn.qianshou.client.model.OrganizationUnitSummary;
import cn.qianshou.client.model.OrganizationUnitSummaryPage;
import cn.qianshou.client.model.Problem;
import cn.qianshou.client.model.Session;
import cn.qianshou.client.model.StaffMember;
import cn.qianshou.client.model.StaffPatch;
import cn.qianshou.client.model.Visit;
import cn.qianshou.client.model.VisitInput;
import cn.qianshou.client.model.VisitKind;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/** A helper's day with openapi-generator's Java client. */
public final class Story {
  private static final String BASE = System.getenv("QIANSHOU_URL") + "/api/v1";

  private Story() {}

  private static void same(Object is, Object should) {
    if (!Objects.equals(is, should)) {
      throw new AssertionError(is + " is not " + should);
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private interface Call<T> {
    T go() throws ApiException;
  }

  /** The problem that a call is refused with. */
  private static Problem refused(int status, Call<?> call) throws Exception {
    try {
      throw new AssertionError("not refused: " + call.go());
    } catch (ApiException exception) {
      same(exception.getCode(), status);
      return ApiClient.createDefaultObjectMapper()
          .readValue(exception.getResponseBody(), Problem.class);
    }
  }

  private static ApiClient client(String token) {
    ApiClient client = new ApiClient();
    client.updateBaseUri(BASE);
    if (token != null) {
      client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));
    }
    return client;
  }

  private static Session logIn(String username, String password) throws ApiException {
    return new AccessApi(client(null))
        .createSession(new Credentials().username(username).password(password));
  }

  private static String header(ApiResponse<?> answer, String name) {
    return answer.getHeaders().get(name).get(0);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static StaffMember change(StaffApi staff, UUID id, StaffPatch change)
      throws ApiException {
    String etag = header(staff.getStaffWithHttpInfo(id), "etag");
    return staff.updateStaff(id, etag, change);
  }

  public static void main(String[] arguments) throws Exception {
    LocalDate today = LocalDate.now(ZoneId.of("Asia/Shanghai"));
    String token =
        logIn(System.getenv("QIANSHOU_ADMIN"), System.getenv("QIANSHOU_PASSWORD")).getToken();
    ApiClient administrator = client(token);
    StaffApi staff = new StaffApi(administrator);

    // Someone who is responsible for a household gets an account, with a Chinese name.
    UUID helper = null;
    HouseholdsApi all = new HouseholdsApi(administrator);
    for (StaffMember person : staff.listStaff(null, null, null, 200, null).getItems()) {
      var theirs =
          all.listHouseholds(
              null, null, null, null, null, null, person.getId(), null, null, null, null, 1, null);
      if (!theirs.getItems().isEmpty()) {
        helper = person.getId();
        break;
      }
    }
    check(helper != null, "nobody is responsible for a household");
    String username = "王芳-" + UUID.randomUUID().toString().substring(0, 8);
    AccountWithPassword made =
        new AccessApi(administrator)
            .createAccount(
                new AccountInput().username(username).role(AccountRole.HELPER).staffId(helper),
                UUID.randomUUID().toString());
    same(made.getAccount().getUsername(), username);
    ApiClient teacher = client(logIn(username, made.getPassword()).getToken());

    // My households, and no others.
    HouseholdsApi households = new HouseholdsApi(teacher);
    List<HouseholdSummary> mine =
        households
            .listHouseholds(
                null, null, null, null, null, true, null, null, null, null, null, null, null)
            .getItems();
    HouseholdSummary first = mine.get(0);
    Household household = households.getHousehold(first.getId());
    check(
        household.getMembers().stream().anyMatch(m -> m.getName().equals(first.getHeadName())),
        "the head is a member");
    System.out.printf(
        "%s: %d households; the first is %s, %s%n",
        username, mine.size(), first.getHeadName(), first.getVillage());

    // One visit, sent twice by a bad network, logged once.
    VisitsApi visits = new VisitsApi(teacher);
    VisitInput visit =
        new VisitInput()
            .visitedOn(today)
            .kind(VisitKind.PHONE)
            .situationConfirmed(true)
            .wishes("盼孩子安心读完书")
            .addBenefitsItem(
                new DeliveredBenefit()
                    .kind(BenefitKind.SCHOOL_AID)
                    .amountFen(50_000L)
                    .description("助学金"));
    String key = UUID.randomUUID().toString();
    Visit logged = visits.logVisit(household.getId(), key, visit);
    same(visits.logVisit(household.getId(), key, visit).getId(), logged.getId());
    same(logged.getVisitedOn(), today);
    VisitInput other = visit.wishes("盼有份工作");
    same(
        refused(422, () -> visits.logVisit(household.getId(), key, other)).getCode(),
        "idempotency_key_reused");
    System.out.printf("visit %s logged once, though sent twice%n", logged.getId());

    // Problems say where.
    Problem home =
        refused(
            422,
            () -> visits.logVisit(household.getId(), key + "-", other.kind(VisitKind.HOME)));
    same(home.getErrors().stream().map(FieldProblem::getPointer).toList(), List.of("/met"));
    Problem wrong =
        refused(
            400,
            () ->
                visits.logVisit(household.getId(), key + "-", other.wishes("长".repeat(2001))));
    same(wrong.getErrors().stream().map(FieldProblem::getPointer).toList(), List.of("/wishes"));
    same(
        refused(404, () -> households.getHousehold(UUID.randomUUID())).getCode(), "not_found");

    // A change says what it changes: what is absent stays, null clears.
    same(change(staff, helper, new StaffPatch().capacity(7)).getCapacity(), 7);
    StaffMember changed = change(staff, helper, new StaffPatch().specialty("书法"));
    same(changed.getCapacity(), 7);
    same(changed.getSpecialty(), "书法");
    StaffMember cleared = change(staff, helper, new StaffPatch().capacity(null));
    same(cleared.getCapacity(), null);
    same(cleared.getSpecialty(), "书法");

    // A roster is uploaded and followed until it is looked through.
    RostersApi rosters = new RostersApi(administrator);
    File roster = new File(System.getenv("QIANSHOU_ROSTER"));
    ImportJob job = rosters.importHouseholds(roster, key, null);
    same(rosters.importHouseholds(roster, key, null).getId(), job.getId());
    same(job.getFileName(), roster.getName());
    // The generator reads an event stream as one JSON text: the events are its types, not its calls.
    HttpClient http = HttpClient.newHttpClient();
    HttpRequest follow =
        HttpRequest.newBuilder(URI.create(BASE + "/imports/" + job.getId() + "/events"))
            .header("Authorization", "Bearer " + token)
            .build();
    List<ImportProgress> events = new ArrayList<>();
    try (Stream<String> lines =
        http.send(follow, HttpResponse.BodyHandlers.ofLines()).body()) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith("data:")) {
          events.add(
              ApiClient.createDefaultObjectMapper()
                  .readValue(line.substring(5), ImportProgress.class));
        }
      }
    }
    ImportProgress last = events.get(events.size() - 1);
    same(last.getState(), ImportState.READY);
    ImportJob ready = rosters.getImport(job.getId());
    same(ready.getVersion(), last.getVersion());
    File kept = rosters.downloadImportFile(job.getId(), null);
    check(Files.mismatch(kept.toPath(), roster.toPath()) == -1, "the file is kept as it was");
    same(rosters.cancelImport(job.getId()).getState(), ImportState.CANCELLED);
    System.out.println("import: " + ready.getMessage());

    // A list, one by one, is the list.
    List<UUID> whole =
        staff.listUnits(200, null).getItems().stream().map(OrganizationUnitSummary::getId).toList();
    List<UUID> units = new ArrayList<>();
    String cursor = null;
    do {
      OrganizationUnitSummaryPage page = staff.listUnits(1, cursor);
      page.getItems().forEach(unit -> units.add(unit.getId()));
      cursor = page.getNextCursor();
    } while (cursor != null);
    same(units, whole);

    // The workbook is what anyone else gets, and is not sent twice.
    ProgressApi progress = new ProgressApi(administrator);
    int year = today.getYear();
    ApiResponse<File> workbook = progress.downloadProgressWorkbookWithHttpInfo(year, null, null);
    byte[] bytes = Files.readAllBytes(workbook.getData().toPath());
    HttpRequest plain =
        HttpRequest.newBuilder(URI.create(BASE + "/reports/progress?year=" + year))
            .header("Authorization", "Bearer " + token)
            .build();
    same(
        sha256(bytes),
        sha256(http.send(plain, HttpResponse.BodyHandlers.ofByteArray()).body()));
    check(
        header(workbook, "content-disposition").contains("filename*=UTF-8''"),
        "the workbook has a Chinese name");
    String etag = header(workbook, "etag");
    try {
      progress.downloadProgressWorkbook(year, null, etag);
      throw new AssertionError("the workbook was sent again");
    } catch (ApiException exception) {
      same(exception.getCode(), 304);
    }
    for (File file : Arrays.asList(kept, workbook.getData())) {
      Files.delete(file.toPath());
    }
    System.out.printf(
        "the workbook has %d bytes, %d units stand in pages of one%n", bytes.length, units.size());
  }
}
