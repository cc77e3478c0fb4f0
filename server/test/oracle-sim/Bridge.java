import java.io.*;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.*;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.*;
import java.util.concurrent.*;
import org.h2.util.json.*;

/**
 * Serves H2 in Oracle mode over standard input and output, for the stand-in of node-oracledb next to this file. A frame
 * is a length and that many bytes; a request is number, connection, operation, and what the operation takes; an answer
 * has the request's number. Requests of one connection run in order, on a thread of its own.
 */
public class Bridge {
  private static final int OPEN = 1, EXECUTE = 2, EXECUTE_MANY = 3, COMMIT = 4, ROLLBACK = 5, CLOSE = 6;
  private static final int NULL = 0, TEXT = 1, NUMBER = 2, BYTES = 3, INSTANT = 4;

  private static final DataOutputStream OUT = new DataOutputStream(new BufferedOutputStream(System.out, 1 << 16));
  private static final Map<Integer, Connection> CONNECTIONS = new ConcurrentHashMap<>();
  private static final Map<Integer, ExecutorService> THREADS = new ConcurrentHashMap<>();

  public static void main(String[] args) throws Exception {
    // Started from source, this class is known to its own loader alone; H2 has to find its functions.
    Thread.currentThread().setContextClassLoader(Bridge.class.getClassLoader());
    DataInputStream in = new DataInputStream(new BufferedInputStream(System.in, 1 << 16));
    while (true) {
      byte[] frame;
      try {
        frame = new byte[in.readInt()];
      } catch (EOFException end) {
        System.exit(0);
        return;
      }
      in.readFully(frame);
      DataInputStream request = new DataInputStream(new ByteArrayInputStream(frame));
      int number = request.readInt();
      int connection = request.readInt();
      int operation = request.readByte();
      THREADS.computeIfAbsent(connection, (id) -> Executors.newSingleThreadExecutor())
          .execute(() -> answer(number, connection, operation, request));
    }
  }

  private static void answer(int number, int id, int operation, DataInputStream request) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream answer = new DataOutputStream(bytes);
    try {
      answer.writeInt(number);
      answer.writeByte(0);
      perform(id, operation, request, answer);
    } catch (Throwable fault) {
      bytes.reset();
      try {
        answer.writeInt(number);
        answer.writeByte(1);
        answer.writeInt(fault instanceof SQLException ? ((SQLException) fault).getErrorCode() : 0);
        writeText(answer, String.valueOf(fault.getMessage()));
      } catch (IOException impossible) {
        throw new UncheckedIOException(impossible);
      }
    }
    synchronized (OUT) {
      try {
        OUT.writeInt(bytes.size());
        bytes.writeTo(OUT);
        OUT.flush();
      } catch (IOException gone) {
        System.exit(0);
      }
    }
    if (operation == CLOSE) THREADS.remove(id).shutdown();
  }

  private static void perform(int id, int operation, DataInputStream in, DataOutputStream out) throws Exception {
    if (operation == OPEN) {
      Connection connection = DriverManager.getConnection(readText(in), "SA", "");
      connection.setAutoCommit(false);
      CONNECTIONS.put(id, connection);
      return;
    }
    Connection connection = CONNECTIONS.get(id);
    if (operation == COMMIT) connection.commit();
    else if (operation == ROLLBACK) connection.rollback();
    else if (operation == CLOSE) CONNECTIONS.remove(id).close();
    else if (operation == EXECUTE_MANY) executeMany(connection, in, out);
    else execute(connection, in, out);
  }

  private static void execute(Connection connection, DataInputStream in, DataOutputStream out) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(readText(in))) {
      bind(statement, in, in.readInt());
      if (!statement.execute()) {
        out.writeByte(0);
        out.writeInt(statement.getUpdateCount());
        return;
      }
      out.writeByte(1);
      writeRows(statement.getResultSet(), out);
    }
  }

  private static void executeMany(Connection connection, DataInputStream in, DataOutputStream out) throws Exception {
    try (PreparedStatement statement = connection.prepareStatement(readText(in))) {
      int rows = in.readInt();
      int width = in.readInt();
      for (int row = 0; row < rows; row++) {
        bind(statement, in, width);
        statement.addBatch();
      }
      int count = 0;
      try {
        for (int each : statement.executeBatch()) count += Math.max(each, 0);
      } catch (BatchUpdateException batch) {
        // The cause knows what happened; the batch only that something did.
        throw batch.getNextException() != null ? batch.getNextException() : batch;
      }
      out.writeByte(0);
      out.writeInt(count);
    }
  }

  private static void bind(PreparedStatement statement, DataInputStream in, int width) throws Exception {
    for (int at = 1; at <= width; at++) {
      switch (in.readByte()) {
        case NULL: statement.setNull(at, Types.NULL); break;
        case TEXT: statement.setString(at, readText(in)); break;
        case NUMBER: statement.setBigDecimal(at, new BigDecimal(readText(in))); break;
        case BYTES: statement.setBytes(at, readBytes(in)); break;
        default: statement.setObject(at, toTime(in.readLong()));
      }
    }
  }

  private static void writeRows(ResultSet rows, DataOutputStream out) throws Exception {
    ResultSetMetaData columns = rows.getMetaData();
    int width = columns.getColumnCount();
    out.writeInt(width);
    for (int at = 1; at <= width; at++) writeText(out, columns.getColumnLabel(at));
    while (rows.next()) {
      out.writeByte(1);
      for (int at = 1; at <= width; at++) writeValue(rows, at, columns.getColumnType(at), out);
    }
    out.writeByte(0);
  }

  private static void writeValue(ResultSet rows, int at, int type, DataOutputStream out) throws Exception {
    if (rows.getObject(at) == null) {
      out.writeByte(NULL);
    } else if (type == Types.TIMESTAMP) {
      out.writeByte(INSTANT);
      out.writeLong(rows.getObject(at, LocalDateTime.class).toInstant(ZoneOffset.UTC).toEpochMilli());
    } else if (type == Types.BLOB || type == Types.BINARY || type == Types.VARBINARY) {
      byte[] bytes = rows.getBytes(at);
      out.writeByte(BYTES);
      out.writeInt(bytes.length);
      out.write(bytes);
    } else if (type == Types.CHAR || type == Types.VARCHAR || type == Types.CLOB) {
      out.writeByte(TEXT);
      writeText(out, rows.getString(at));
    } else {
      out.writeByte(NUMBER);
      writeText(out, rows.getBigDecimal(at).toPlainString());
    }
  }

  private static LocalDateTime toTime(long millis) {
    return LocalDateTime.ofEpochSecond(Math.floorDiv(millis, 1000L), (int) Math.floorMod(millis, 1000L) * 1_000_000,
        ZoneOffset.UTC);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  private static String readText(DataInputStream in) throws IOException {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** SYS_CONTEXT('USERENV', name). */
  public static String sysContext(String namespace, String name) {
    return "VAULTDESK";
  }

  /** DBMS_LOB.COMPARE of two BLOBs; nothing when one is missing. */
  public static Integer lobCompare(byte[] one, byte[] other) {
    return one == null || other == null ? null : Integer.signum(Arrays.compareUnsigned(one, other));
  }

  /** UTL_RAW.LENGTH. */
  public static Integer rawLength(byte[] raw) {
    return raw == null ? null : raw.length;
  }

  /**
   * What `JSON_TABLE(json, '$[*]' COLUMNS (…))` gives. A column is `name type path`, columns are parted by semicolons; the
   * path `list[]key` walks a nested list, with a row for each of its items, and one with nothing where it is empty.
   */
  public static ResultSet jsonRows(Connection connection, String json, String columns) throws SQLException {
    String[][] wanted = Arrays.stream(columns.split(";")).map((line) -> line.split(" ", 3)).toArray(String[][]::new);
    org.h2.tools.SimpleResultSet rows = new org.h2.tools.SimpleResultSet();
    for (String[] column : wanted) {
      boolean isNumber = column[1].equals("NUMBER");
      rows.addColumn(column[0].toUpperCase(), isNumber ? Types.NUMERIC : Types.VARCHAR, isNumber ? 38 : 4000, 0);
    }
    if (json == null) return rows;
    for (JSONValue item : itemsOf(JSONStringSource.parse(json, new JSONValueTarget()))) {
      String list = Arrays.stream(wanted).map((column) -> column[2]).filter((path) -> path.contains("[]"))
          .map((path) -> path.substring(0, path.indexOf("[]"))).findFirst().orElse(null);
      List<JSONValue> nested = list == null ? List.of() : itemsOf(memberOf(item, list));
      if (nested.isEmpty()) nested = Collections.singletonList(null);
      for (JSONValue inner : nested) {
        rows.addRow(Arrays.stream(wanted).map((column) -> {
          int at = column[2].indexOf("[]");
          JSONValue value = at < 0 ? memberOf(item, column[2]) : memberOf(inner, column[2].substring(at + 2));
          return cellOf(value, column[1].equals("NUMBER"));
        }).toArray());
      }
    }
    return rows;
  }

  private static List<JSONValue> itemsOf(JSONValue list) {
    return list instanceof JSONArray ? Arrays.asList(((JSONArray) list).getArray()) : List.of();
  }

  private static JSONValue memberOf(JSONValue value, String name) {
    if (name.isEmpty()) return value;
    return value instanceof JSONObject ? ((JSONObject) value).getFirst(name) : null;
  }

  private static Object cellOf(JSONValue value, boolean isNumber) {
    if (value instanceof JSONNumber) {
      BigDecimal number = ((JSONNumber) value).getBigDecimal();
      return isNumber ? (Object) number : number.toPlainString();
    }
    if (!(value instanceof JSONString)) return null;
    String text = ((JSONString) value).getString();
    return isNumber ? (Object) new BigDecimal(text) : text;
  }
}
