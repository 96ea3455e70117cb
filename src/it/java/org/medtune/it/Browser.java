package org.medtune.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The installed Chromium without a window, with a profile of its own, so that it is a user of its own. */
final class Browser implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration OFTEN = Duration.ofMillis(20);
    private static final Path PICTURES = Path.of("docs/images");
    private static final int PICTURE_WIDTH = 1100;
    private static final long SETTLING_MILLISECONDS = 500;

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** A new user's browser that prefers Chinese. */
    static Browser open() {
        ChromeOptions options = new ChromeOptions()
                .setBinary(ChromiumInstalled.find("chromium").orElseThrow().toFile())
                .addArguments("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=" + profile())
                .setExperimentalOption("prefs", Map.of("intl.accept_languages", "zh-CN,zh"));
        // naming the driver keeps Selenium from looking for one to fetch
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(ChromiumInstalled.find("chromedriver").orElseThrow().toFile()).build();
        Browser browser = new Browser(new ChromeDriver(service, options));
        browser.resize(1440, 900);
        return browser;
    }

    private static Path profile() {
        try {
            Path folder = Path.of(System.getProperty("medtune.it.folder"));
            Files.createDirectories(folder);
            return Files.createTempDirectory(folder, "chromium");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ChromeDriver driver() {
        return driver;
    }

    /** Opens a page; where that needs a login, as a new user who may do everything. */
    void go(String address) {
        driver.get(address);
        if (driver.getCurrentUrl().contains("/login.xhtml?")) {
            logIn(Login.make(URI.create(address), "administrator"));
        }
    }

    /** Fills in the login page. */
    void logIn(Login login) {
        WebElement name = shown("#name");
        name.clear();
        name.sendKeys(login.name());
        shown("#password").sendKeys(login.password());
        click("#submit");
    }

    void resize(int width, int height) {
        driver.manage().window().setSize(new Dimension(width, height));
    }

    /**
     * Shows the page as a window of that size does, from its beginning. Chromium's own windows are never narrower than
     * 500.
     *
     * @param scheme {@code light} or {@code dark}
     */
    void show(int width, int height, String scheme) {
        driver.executeCdpCommand("Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand("Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        driver.executeScript("window.scrollTo(0, 0)");
    }

    /** By how many pixels the page is wider than its window. */
    long overflow() {
        return (Long) driver.executeScript(
                "return document.documentElement.scrollWidth - document.documentElement.clientWidth");
    }

    /** Whether pictures of the handbook are taken anew, with {@code -Dmedtune.it.pictures=true}. */
    static boolean takesPictures() {
        return Boolean.getBoolean("medtune.it.pictures");
    }

    /** Takes the picture of that name in {@code docs/images} anew, if pictures are taken. */
    void picture(String name) {
        if (!takesPictures()) {
            return;
        }
        try {
            // charts follow the window's width a moment later
            Thread.sleep(SETTLING_MILLISECONDS);
            Files.createDirectories(PICTURES);
            Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same of a light page in a window of that height, and of a width that suits a document. */
    void picture(String name, int height) {
        if (takesPictures()) {
            show(PICTURE_WIDTH, height, "light");
            picture(name);
        }
    }

    /** The first element of a CSS selector, as soon as there is one that is shown. */
    WebElement shown(String selector) {
        await(selector).atMost(PATIENCE).pollInterval(OFTEN).ignoreExceptions()
                .until(() -> all(selector).stream().anyMatch(WebElement::isDisplayed));
        return all(selector).stream().filter(WebElement::isDisplayed).findFirst().orElseThrow();
    }

    List<WebElement> all(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    /** The text of all elements of a CSS selector, folded parts of it too. */
    String text(String selector) {
        return (String) driver.executeScript(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent).join('\\n')", selector);
    }

    /** Waits until the text is as wanted. */
    String awaitText(String selector, Predicate<String> wanted) {
        return await(selector).atMost(PATIENCE).pollInterval(OFTEN).until(() -> text(selector), wanted);
    }

    /** Waits until a CSS selector has no elements. */
    void awaitNone(String selector) {
        await("no " + selector).atMost(PATIENCE).pollInterval(OFTEN).until(() -> all(selector).isEmpty());
    }

    /** Waits until the elements of a CSS selector are so many. */
    void awaitCount(String selector, int count) {
        await(count + " " + selector).atMost(PATIENCE).pollInterval(OFTEN).until(() -> all(selector).size() == count);
    }

    /** Clicks as soon as that is possible. */
    void click(String selector) {
        await("a click on " + selector).atMost(PATIENCE).pollInterval(OFTEN)
                .ignoreExceptionsInstanceOf(StaleElementReferenceException.class).until(() -> {
                    WebElement element = shown(selector);
                    if (!element.isEnabled()) {
                        return false;
                    }
                    driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
                    element.click();
                    return true;
                });
    }

    /** What the page's own requests get from an address: the text, behind the content's disposition. */
    String fetch(String address) {
        return (String) driver.executeAsyncScript("""
                const done = arguments[1];
                fetch(arguments[0]).then(async answer =>
                    done(answer.headers.get('Content-Disposition') + '\\n' + await answer.text()));
                """, address);
    }

    @Override
    public void close() {
        driver.quit();
    }
}
